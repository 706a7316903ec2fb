/** The likeliest next tokens, as buttons that append them. */
import { formatProbability } from "../../format.ts";
import type { LikelyToken } from "../../protocol/text.ts";
import { canStep, likeliest, step } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { ActionButton } from "../action-button.tsx";
import { TokenText } from "./token-text.tsx";

export function Likeliest() {
  return (
    <section>
      <div class="heading">
        <h2 id="likeliest">{strings.likeliest}</h2>
        <p class="hint">{strings.likeliestHint}</p>
      </div>
      <ol class="likeliest" aria-labelledby="likeliest">
        {likeliest.value.map((token, i) => (
          <li key={i} data-id={token.id}>
            <Choice token={token} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Choice({ token: { id, text, probability } }: { readonly token: LikelyToken }) {
  return (
    <ActionButton isAvailable={canStep.value} action={() => void step(id)}>
      {text === "" ? strings.emptyToken : <TokenText text={text} />}{" "}
      <span class="probability">{formatProbability(probability)}</span>
      <span class="bar">
        <span style={{ inlineSize: `${100 * probability}%` }} />
      </span>
    </ActionButton>
  );
}
