/** Results as Markdown. */
import { median } from "@tsgpt/numeric";
import type { BatchTimes } from "./batch.ts";
import type { CacheRow } from "./cache.ts";
import { type DtypeSpeed, medianRatio } from "./dtypes.ts";
import type { NearTies } from "./near-ties.ts";
import type { OpResult } from "./ops.ts";
import type { Quality } from "./quality.ts";
import type { RooflinePoint } from "./roofline.ts";
import type { SamplingCost } from "./sampling.ts";

/** A Markdown table; the first column is text, the others are numbers. */
/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |\n`;
  return line(head) + line(head.map((_, column) => (column === 0 ? "---" : "---:"))) + rows.map(line).join("");
}

/** One row per operation. */
export function opsTable(results: readonly OpResult[]): string {
  const rows = results.map(({ name, milliseconds, marginPercent, gigaPerSecond, samples }) => [
    name,
    digits(milliseconds),
    `${marginPercent.toFixed(1)} %`,
    digits(gigaPerSecond),
    String(samples),
  ]);
  return table(
    ["operation", "median ms", "margin of the mean", "10^9 multiply-adds (elements) per second", "samples"],
    rows,
  );
}

/** The rows at the powers of two and at the last position. */
export function cacheTable(rows: readonly CacheRow[]): string {
  const shown = rows.filter(({ position }, i) => Number.isInteger(Math.log2(position)) || i === rows.length - 1);
  return table(
    ["position", "KV cache ms", "no cache ms", "ratio", "KV cache 10^6 multiply-adds", "no cache 10^6", "cache kB"],
    shown.map((row) => [
      String(row.position),
      digits(row.cachedMilliseconds),
      digits(row.uncachedMilliseconds),
      `${(row.uncachedMilliseconds / row.cachedMilliseconds).toFixed(1)}`,
      digits(row.cachedMultiplyAdds / 1e6),
      digits(row.uncachedMultiplyAdds / 1e6),
      (row.cacheBytes / 1e3).toFixed(0),
    ]),
  );
}

/** One row per number of tokens. */
export function rooflineTable(points: readonly RooflinePoint[]): string {
  const rows = points.map(({ tokens, flopsPerByte, gflops, shareOfRoof }) => [
    String(tokens),
    digits(flopsPerByte),
    digits(gflops),
    shareOfRoof.toFixed(2),
  ]);
  return table(["tokens of the pass", "operations per byte", "GFLOP/s", "fraction of the roofline"], rows);
}

/** A decode step, and one row per chain. */
export function samplingTable({ stepMilliseconds, chains }: SamplingCost): string {
  const step = ["decode step", digits(stepMilliseconds), digits(stepMilliseconds), "100 %"];
  const rows = chains.map(({ chain, peakedMilliseconds, flatMilliseconds, shareOfStep }) => [
    chain,
    digits(peakedMilliseconds),
    digits(flatMilliseconds),
    `${(100 * shareOfStep).toFixed(1)} %`,
  ]);
  return table(["", "peaked row, ms", "flat row, ms", "of a decode step, at most"], [step, ...rows]);
}

/** One row per dtype, compared with the first. */
export function dtypesTable(speeds: readonly DtypeSpeed[]): string {
  const [base] = speeds;
  if (!base) return "";
  const rows = speeds.map(({ dtype, weightBytes, decode, prefill }) => [
    dtype,
    (weightBytes / 1e6).toFixed(0),
    digits(median(decode)),
    medianRatio(decode, base.decode).toFixed(2),
    digits(median(prefill)),
    medianRatio(prefill, base.prefill).toFixed(2),
  ]);
  return table(["dtype", "weights, MB", "decode, tokens/s", "ratio", "prefill, tokens/s", "ratio"], rows);
}

/** One row per method and number of sequences; ratios are medians over the rounds. */
export function batchTable(times: readonly BatchTimes[]): string {
  const rows = times.map(({ what, sequences, together, oneByOne }) => [
    what,
    String(sequences),
    digits(median(oneByOne)),
    digits(median(together)),
    medianRatio(oneByOne, together).toFixed(2),
  ]);
  return table(["", "sequences", "one by one, ms", "side by side, ms", "times as fast"], rows);
}

/** One row per dtype. */
export function qualityTable(results: readonly Quality[]): string {
  const rows = results.map((result) => [
    result.dtype,
    result.perplexity.toFixed(3),
    `${(100 * result.perplexityChange).toFixed(3)} %`,
    digits(result.largestLogitDifference),
    digits(result.typicalLogitDifference),
    `${(100 * result.greedyAgreement).toFixed(2)} %`,
  ]);
  return table(
    ["dtype", "perplexity", "change", "largest logit difference", "root mean square", "same most probable token"],
    rows,
  );
}

/** One row per chain, then the largest difference of logits. */
export function nearTiesTable({ tokens, largestDifference, chains }: NearTies): string {
  const rows = chains.map(({ chain, differing, expectedRate }) => {
    const rate = expectedRate < 1e-12 ? "0" : expectedRate.toExponential(1); // below is rounding
    return [chain, String(tokens), String(differing), rate];
  });
  const logits = `logits differ by ${largestDifference.toExponential(1)} at most`;
  const note = `\nThe same text and uniform number for both sets; the rate is the share of all uniform numbers that choose otherwise; ${logits}.\n`;
  return table(["chain", "tokens", "chosen otherwise", "rate to be expected"], rows) + note;
}

/** Three significant digits, with thousands separators. */
export function digits(value: number): string {
  const rounded = Number(value.toPrecision(3));
  return rounded.toLocaleString("en", { maximumSignificantDigits: 3 });
}
