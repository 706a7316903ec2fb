/** The options of detection besides those of scoring: the rewrites of DetectGPT, and the key of a watermark. */
import { WATERMARK_GAMMA } from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";
import { type OptionsOf, option } from "./option.ts";
import { properShare, wholeNumber } from "./values.ts";

export const detectionOptions = [
  option("--perturbations <n>", "number of rewrites for DetectGPT", {
    parse: wholeNumber(2, 100_000),
  }),
  option("--seed <n>", "seed of the rewrites (default: 0)", { parse: wholeNumber(0) }),
  option("--watermark-key <n>", "also test for the watermark of this key", { parse: wholeNumber(0) }),
  option("--watermark-gamma <g>", `fraction of the vocabulary that is green (default: ${WATERMARK_GAMMA})`, {
    parse: properShare,
  }),
  option(
    "--watermark-hash <how>",
    "what seeds the green list: left, the previous tokens; self, one of them and the token (default: left)",
    {
      choices: ["left", "self"],
    },
  ),
  option("--watermark-width <n>", "how many previous tokens (default: 1)", { parse: wholeNumber(1) }),
] as const;

export type DetectionFlags = OptionsOf<typeof detectionOptions>;

/** @throws CliError for an option that has no effect without another */
export function checkDetectionFlags({
  perturbations,
  seed,
  watermarkKey,
  watermarkGamma,
  watermarkHash,
  watermarkWidth,
}: DetectionFlags): void {
  if (seed !== undefined && perturbations === undefined)
    throw usageError("--seed does nothing without --perturbations; give that too");
  const largest = Number.MAX_SAFE_INTEGER - (perturbations ?? 0);
  if (seed !== undefined && seed > largest)
    throw usageError(`--seed must be at most ${largest}, as each rewrite has the next one, got ${seed}`);
  const given = { gamma: watermarkGamma, hash: watermarkHash, width: watermarkWidth };
  const names = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--watermark-${name}`]));
  if (watermarkKey !== undefined || names.length === 0) return;
  throw usageError(`${names.join(" and ")} does nothing without --watermark-key; give that too`);
}
