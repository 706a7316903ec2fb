/** The selected cell, opened: the likeliest next tokens there. */
import { keyOf } from "@tsgpt/gpt";
import { formatProbability } from "../../format.ts";
import { info } from "../../state/engine.ts";
import { lens, row } from "../../state/map.ts";
import { strings } from "../../strings.ts";
import { NumberButton } from "../number/number-button.tsx";
import { TokenText } from "../text/token-text.tsx";

export function CellDetails() {
  const cell = lens.value.value;
  if (!cell || !info.value) return null;
  const { token, position, depth, likeliest } = cell;
  return (
    <section class="map-cell">
      <h3 id="map-cell">
        {strings.map.row(row.value, info.value.config.nLayer)}, {strings.map.token(position, token)}
      </h3>
      <ol class="map-likeliest" aria-labelledby="map-cell">
        {likeliest.map(({ id, text, probability }) => (
          <li key={id} data-id={id}>
            {text === "" ? strings.emptyToken : <TokenText text={text} />}{" "}
            <span class="probability">{formatProbability(probability)}</span>
            <span class="bar">
              <span style={{ inlineSize: `${100 * probability}%` }} />
            </span>
            {depth === info.value?.config.nLayer && (
              <NumberButton tensor={keyOf("logits", 0)} index={[position, id]} shown={strings.map.openLogit} />
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
