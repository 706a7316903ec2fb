/** The formulas of the multiply-adds for the text's last token, with this model's numbers. */
import { formatInteger } from "../../format.ts";
import { cache } from "../../state/cache.ts";
import { info } from "../../state/engine.ts";
import { tokens } from "../../state/text.ts";
import { strings } from "../../strings.ts";
import { Formula } from "./formula.tsx";

const words = strings.cache;

export function MultiplyAdds() {
  const config = info.value?.config;
  const cost = cache.value.value?.cost;
  if (!config || !cost) return null;
  const [l, c, m, v] = [config.nLayer, config.nEmbd, config.nInner, config.vocabSize].map(formatInteger);
  const s = formatInteger(tokens.value.length);
  const weights = `${l} ( 4 × ${c}² + 2 × ${c} × ${m} )`;
  const head = `+ ${v} × ${c}`;
  return (
    <details class="formulas">
      <summary>{words.formulas}</summary>
      <p>{words.letters}</p>
      <p>{words.withCache}:</p>
      <Formula parts={["L ( 4 C² + 2 C M )", "+ 2 L C S", "+ V C"]} />
      <Formula parts={[`= ${weights}`, `+ 2 × ${l} × ${c} × ${s}`, head, `= ${formatInteger(cost.withCache)}`]} />
      <p>{words.without}:</p>
      <Formula parts={["S L ( 4 C² + 2 C M )", "+ L C S ( S + 1 )", "+ V C"]} />
      <Formula
        parts={[`= ${s} × ${weights}`, `+ ${l} × ${c} × ${s} × ( ${s} + 1 )`, head, `= ${formatInteger(cost.without)}`]}
      />
    </details>
  );
}
