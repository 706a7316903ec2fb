/** The text as chips: the prompt's tokens, then the generated ones. */
import type { Token } from "../../protocol/text.ts";
import { generated, promptTokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "./token-text.tsx";

export function Tokens() {
  return (
    <section>
      <h2 id="tokens">{strings.tokens}</h2>
      <ul class="tokens" aria-labelledby="tokens">
        {promptTokens.value.map((token, i) => chip(token, i, "prompt-token"))}
        {generated.value.map((token, i) => chip(token, promptTokens.value.length + i, "generated-token"))}
      </ul>
    </section>
  );
}

const chip = ({ id, text }: Token, position: number, kind: string) => (
  <li key={position} class={kind} data-id={id}>
    <TokenText text={text} />
  </li>
);
