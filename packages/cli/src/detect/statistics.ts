/** What detect reports of a text besides the statistics of its scores. */
import { detectWatermark, SHORTEST_REWRITE } from "@tsgpt/analysis";
import { WATERMARK_GAMMA } from "@tsgpt/sampling";
import { CliError } from "../cli-error.ts";
import type { DetectionFlags } from "../options/detection.ts";
import type { DetectReport } from "../terminal/detect-report.ts";
import { pluralize } from "../terminal/pluralize.ts";

/** @throws CliError for a text too short to have a span that is rewritten */
export function checkRewritable(tokens: number, bos: number | undefined): void {
  const least = SHORTEST_REWRITE - (bos === undefined ? 0 : 1);
  if (tokens >= least) return;
  const need = pluralize(least, "token");
  throw new CliError(`--perturbations: a text to rewrite needs ${need} or more, got ${tokens}`, 1);
}

/** The test for the watermark of --watermark-key; undefined without one. */
export function watermarkOf(ids: readonly number[], flags: DetectionFlags): DetectReport["watermark"] {
  const {
    watermarkKey: key,
    watermarkGamma: gamma = WATERMARK_GAMMA,
    watermarkHash: hash = "left",
    watermarkWidth: width = 1,
  } = flags;
  if (key === undefined) return undefined;
  const { colors: _, ...found } = detectWatermark(ids, { key, gamma, hash, width });
  return found;
}

/** The object of detect --json, on one line. */
export function detectionJson({ detection, detectGpt, watermark }: Omit<DetectReport, "tokens" | "recipe">): string {
  return JSON.stringify({
    ...detection,
    ...(detectGpt && { detectGpt: detectGpt.score }),
    ...(watermark && { watermark }),
  });
}
