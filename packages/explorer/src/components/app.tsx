/** The whole page. */
import { strings } from "../strings.ts";
import { Controls } from "./controls.tsx";
import { Explanation } from "./explanation.tsx";
import { Likeliest } from "./likeliest.tsx";
import { Prompt } from "./prompt.tsx";
import { Status } from "./status.tsx";
import { Tokens } from "./tokens.tsx";

export function App() {
  return (
    <main>
      <h1>{strings.title}</h1>
      <Explanation />
      <Prompt />
      <Controls />
      <Tokens />
      <Likeliest />
      <Status />
    </main>
  );
}
