/** The probabilities of the whole vocabulary, sorted: a short head, and a long tail. */
import { useSignal } from "@preact/signals";
import { formatEntropy, formatInteger, formatShare, formatTick } from "../../format.ts";
import type { Curve } from "../../protocol/next-token.ts";
import { strings } from "../../strings.ts";
import { LineChart } from "../chart/line-chart.tsx";
import type { Table } from "../picture/data-table.tsx";
import { entropyFormula, softmaxFormula } from "./formulas.tsx";

const SCALES = ["log", "linear"] as const;
const HEAD = 40;

export function CurveChart({ curve }: { readonly curve: Curve }) {
  const scale = useSignal<(typeof SCALES)[number]>("log");
  const { ranks, probabilities, entropy } = curve;
  const tail = tailAfter(curve, HEAD);
  const words = strings.nextToken.curve;
  return (
    <section aria-label={words.heading}>
      <h3>{words.heading}</h3>
      <p>
        {softmaxFormula} {entropyFormula}
        <data value={entropy}>{words.entropy(formatEntropy(entropy))}</data>
      </p>
      <fieldset class="choice" aria-label={words.scale}>
        {SCALES.map((each) => (
          <label key={each}>
            <input
              type="radio"
              name="curve-scale"
              checked={scale.value === each}
              onChange={() => (scale.value = each)}
            />
            {words.scales[each]}
          </label>
        ))}
      </fieldset>
      <LineChart
        label={words.label(ranks.at(-1) as number, tail)}
        series={[{ name: words.probability, x: ranks, y: probabilities }]}
        x={{
          title: words.rank,
          scale: scale.value,
          format: formatInteger,
          domain: [1, Math.max(2, ranks.at(-1) as number)],
        }}
        y={{ title: words.probability, scale: scale.value, format: formatTick }}
        marks={tail === undefined ? [] : [{ x: HEAD, text: words.tail(HEAD, formatShare(tail)), isFilledAfter: true }]}
        table={() => tableOf(curve)}
      />
      {tail !== undefined && (
        <p>
          <data value={tail}>{words.tailSentence((ranks.at(-1) as number) - HEAD, HEAD, formatShare(tail))}</data>
        </p>
      )}
    </section>
  );
}

/** The mass after a rank; undefined if there is nothing. */
function tailAfter({ ranks, tails }: Curve, rank: number): number | undefined {
  const at = ranks.indexOf(rank);
  return at < 0 || at === ranks.length - 1 ? undefined : tails[at];
}

/** All of the first ranks, then a few. */
function tableOf({ ranks, probabilities, tails }: Curve): Table {
  const words = strings.nextToken.curve;
  const shown = (rank: number, i: number) => rank <= 20 || /^[1-9]0+$/.test(String(rank)) || i === ranks.length - 1;
  const rows = Array.from(ranks, (rank, i) => ({ rank, i })).filter(({ rank, i }) => shown(rank, i));
  return {
    caption: words.heading,
    columns: [words.rank, words.probability, words.massAfter],
    rows: rows.map(({ rank, i }) => [
      formatInteger(rank),
      formatShare(probabilities[i] as number),
      formatShare(tails[i] as number),
    ]),
  };
}
