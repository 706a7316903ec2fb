/** The first screen: the prompt, what to do with it, its tokens, and what may come next. */
import { strings } from "../../strings.ts";
import { Controls } from "./controls.tsx";
import { Likeliest } from "./likeliest.tsx";
import { Prompt } from "./prompt.tsx";
import "./text.css";
import { TokenDetails } from "./token-details.tsx";
import { Tokens } from "./tokens.tsx";

export function TextSection() {
  return (
    <section aria-label={strings.text.heading}>
      <Prompt />
      <Controls />
      <Tokens />
      <TokenDetails />
      <Likeliest />
    </section>
  );
}
