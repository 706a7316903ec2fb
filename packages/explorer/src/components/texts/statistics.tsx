/** The statistics of both texts, each with its formula. */
import type { Detection, Totals } from "@tsgpt/analysis";
import type { ComponentChildren } from "preact";
import { formatFour } from "../../format.ts";
import type { Judged } from "../../protocol/texts.ts";
import { strings } from "../../strings.ts";

type Value = number | null | undefined;

interface Statistic {
  readonly name: keyof typeof strings.texts.statistics;
  readonly of: (judged: Judged) => Value;
  readonly formula: ComponentChildren;
}

const total = (name: keyof Totals) => (judged: Judged) => judged.totals[name];
const detected =
  (name: Exclude<keyof Detection, "classes">) =>
  ({ detection }: Judged): Value =>
    detection[name];

const mean = (term: ComponentChildren) => (
  <>
    <mfrac>
      <mn>1</mn>
      <mi>T</mi>
    </mfrac>
    <munder>
      <mo>∑</mo>
      <mi>t</mi>
    </munder>
    {term}
  </>
);
const sum = (term: ComponentChildren) => (
  <>
    <munder>
      <mo>∑</mo>
      <mi>t</mi>
    </munder>
    {term}
  </>
);
const sub = (name: string) => (
  <msub>
    <mi>{name}</mi>
    <mi>t</mi>
  </msub>
);
const logP = (
  <>
    <mi>ln</mi>
    {sub("p")}
  </>
);

const STATISTICS: readonly Statistic[] = [
  {
    name: "bits",
    of: total("bitsPerToken"),
    formula: mean(
      <>
        <mo>−</mo>
        <msub>
          <mi>log</mi>
          <mn>2</mn>
        </msub>
        {sub("p")}
      </>,
    ),
  },
  {
    name: "perplexity",
    of: total("perplexity"),
    formula: (
      <msup>
        <mn>2</mn>
        <mtext>{strings.texts.statistics.bits}</mtext>
      </msup>
    ),
  },
  { name: "logLikelihood", of: detected("logLikelihood"), formula: mean(logP) },
  { name: "rank", of: detected("rank"), formula: mean(sub("r")) },
  {
    name: "logRank",
    of: detected("logRank"),
    formula: mean(
      <>
        <mi>ln</mi>
        {sub("r")}
      </>,
    ),
  },
  { name: "entropy", of: detected("entropy"), formula: mean(sub("H")) },
  {
    name: "lrr",
    of: detected("lrr"),
    formula: (
      <>
        <mo>−</mo>
        <mfrac>
          <mtext>{strings.texts.statistics.logLikelihood}</mtext>
          <mtext>{strings.texts.statistics.logRank}</mtext>
        </mfrac>
      </>
    ),
  },
  {
    name: "fastDetectGpt",
    of: detected("fastDetectGpt"),
    formula: (
      <mfrac>
        <mrow>
          {sum(logP)}
          <mo>+</mo>
          {sum(sub("H"))}
        </mrow>
        <msqrt>
          {sum(
            <>
              <mi>var</mi>
              <mo>(</mo>
              {logP}
              <mo>)</mo>
            </>,
          )}
        </msqrt>
      </mfrac>
    ),
  },
  {
    name: "watermark",
    of: ({ watermark }) => watermark?.z,
    formula: (
      <mfrac>
        <mrow>
          <mi>g</mi>
          <mo>−</mo>
          <mi>γ</mi>
          <mi>T</mi>
        </mrow>
        <msqrt>
          <mi>T</mi>
          <mi>γ</mi>
          <mo>(</mo>
          <mn>1</mn>
          <mo>−</mo>
          <mi>γ</mi>
          <mo>)</mo>
        </msqrt>
      </mfrac>
    ),
  },
];

export function Statistics({ a, b }: { readonly a: Judged; readonly b: Judged }) {
  const shown = STATISTICS.filter(({ of }) => of(a) !== undefined);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reached by keyboard */}
      <section class="scrolled" aria-label={strings.texts.statisticsCaption} tabIndex={0}>
        <table class="statistics">
          <caption>{strings.texts.statisticsCaption}</caption>
          <thead>
            <tr>
              {[strings.texts.statistic, strings.texts.a, strings.texts.b, strings.texts.formula].map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, of, formula }) => (
              <tr key={name}>
                <th scope="row">{strings.texts.statistics[name]}</th>
                <td>{shownValue(of(a))}</td>
                <td>{shownValue(of(b))}</td>
                <td>
                  <math>{formula}</math>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <p class="hint">{strings.texts.disclaimer}</p>
    </>
  );
}

const shownValue = (value: Value): ComponentChildren =>
  value === null || value === undefined ? "–" : <data value={value}>{formatFour(value)}</data>;
