/** The human-readable output of detect: every statistic with its unit, and a disclaimer. */
import { type Detection, RANK_CLASSES, RANK_STYLES, type RecipeReport, type WatermarkEvidence } from "@tsgpt/analysis";
import { describeCounts } from "./score-report.ts";

export interface DetectReport {
  readonly detection: Detection;
  /** Tokens of the text, scored or not. */
  readonly tokens: number;
  readonly recipe: RecipeReport;
  readonly detectGpt?:
    | { readonly score: number | null; readonly perturbations: number; readonly seed: number }
    | undefined;
  readonly watermark?: Omit<WatermarkEvidence, "colors"> | undefined;
}

/** Below this many tokens the statistics of any text vary widely. */
export const FEW_TOKENS = 50;

/** One line per statistic. */
export function describeDetection({ detection, tokens, recipe, detectGpt, watermark }: DetectReport): string {
  const rows = [...statistics(detection)];
  if (detectGpt !== undefined)
    rows.push([
      "DetectGPT",
      number(detectGpt.score),
      `${detectGpt.perturbations} perturbations, seed ${detectGpt.seed}`,
    ]);
  if (watermark) {
    rows.push([
      "watermark z",
      number(watermark.z),
      `${watermark.green} of ${watermark.scored} tokens green; p = ${watermark.pValue.toPrecision(2)}`,
    ]);
  }
  const longest = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, value, unit]) => `${name.padEnd(longest)}  ${value.padStart(10)}  ${unit}`.trimEnd());
  return `${describeCounts(detection.scored, tokens, recipe)}\n${lines.join("\n")}\n${DISCLAIMER}\n`;
}

const DISCLAIMER = `Each is a statistic, neither a proof nor a probability that a model wrote the text:
compare with texts of the same kind and length.`;

/** Name, value, and its unit or meaning. */
function* statistics({
  scored,
  logLikelihood,
  rank,
  logRank,
  entropy,
  lrr,
  fastDetectGpt,
  classes,
}: Detection): Generator<[string, string, string]> {
  yield ["log-likelihood", number(logLikelihood), "nats per token, mean"];
  yield ["rank", number(rank), "mean, counted from 1"];
  yield ["log-rank", number(logRank), "mean of ln rank"];
  yield ["entropy", number(entropy), "nats, mean"];
  yield ["LRR", number(lrr), lrr === null ? "not defined where log-rank is 0" : "-log-likelihood / log-rank"];
  yield ["Fast-DetectGPT", number(fastDetectGpt), "standard deviations above the model's expectation"];
  for (const name of RANK_CLASSES) {
    yield [
      `GLTR ${name}`,
      String(classes[name]),
      `${((100 * classes[name]) / scored).toFixed(1)}%, ${RANK_STYLES[name].label}`,
    ];
  }
}

function number(value: number | null): string {
  return value === null ? "-" : value.toFixed(4);
}
