/** The selected cell, opened: the likeliest next tokens there. */
import { formatProbability } from "../../format.ts";
import { info } from "../../state/engine.ts";
import { lens, row } from "../../state/map.ts";
import { strings } from "../../strings.ts";
import { TokenText } from "../text/token-text.tsx";

export function CellDetails() {
  const cell = lens.value.value;
  if (!cell || !info.value) return null;
  const { token, position, likeliest } = cell;
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
              <span style={{ width: `${100 * probability}%` }} />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
