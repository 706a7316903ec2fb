/** tsgpt batch detect: the statistics of detection, for each input. */
import { runJob } from "../../batch/run-job.ts";
import { command } from "../../command.ts";
import { BATCH_HELP, batchOptions, INPUTS } from "../../options/batch.ts";
import { checkDetectionFlags, type DetectionFlags, detectionOptions } from "../../options/detection.ts";
import { keysOf, type OptionsOf, onlyKeys } from "../../options/option.ts";
import { readingOptions, recipeOf } from "../../options/scoring.ts";

const options = [...batchOptions, ...readingOptions, ...detectionOptions] as const;

export const detect = command({
  name: "detect",
  summary: "statistics that help detect machine-generated text, as tsgpt detect --json",
  arguments: [INPUTS],
  options,
  help: `Examples:
  $ tsgpt batch detect essays.jsonl --output statistics
  $ tsgpt batch detect essays.jsonl --output statistics --watermark-key 42

tsgpt detect --help explains the statistics.

${BATCH_HELP}`,
  action: detectBatch,
});

async function detectBatch(inputs: readonly string[], flags: OptionsOf<typeof options>): Promise<void> {
  checkDetectionFlags(flags);
  const own: DetectionFlags = onlyKeys(flags, keysOf(detectionOptions));
  await runJob({ name: "detect", bos: flags.bos ?? false, recipe: recipeOf(flags), flags: own }, inputs, flags);
}
