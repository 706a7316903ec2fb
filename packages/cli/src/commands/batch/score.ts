/** tsgpt batch score: the scores of every token, for each input. */
import { runJob } from "../../batch/run-job.ts";
import { command } from "../../command.ts";
import { BATCH_HELP, type BatchFlags, batchOptions, INPUTS } from "../../options/batch.ts";
import { type OptionsOf, option } from "../../options/option.ts";
import { readingOptions, recipeOf } from "../../options/scoring.ts";
import { wholeNumber } from "../../options/values.ts";

const options = [
  ...batchOptions,
  ...readingOptions,
  option("--top <n>", "most probable alternatives to list per token", { parse: wholeNumber(0, 1000), default: 5 }),
] as const;

export const score = command({
  name: "score",
  summary: "score each token of each input, as tsgpt score --json",
  arguments: [INPUTS],
  options,
  help: `Examples:
  $ tsgpt batch score stories.jsonl --output scores
  $ tsgpt batch score one.jsonl two.jsonl --output scores --top 0 --workers 2
  $ tsgpt batch score stories.jsonl --output scores --shard 0/8

${BATCH_HELP}`,
  action: scoreBatch,
});

async function scoreBatch(inputs: readonly string[], flags: BatchFlags & OptionsOf<typeof options>): Promise<void> {
  const { bos = false, top } = flags;
  await runJob({ name: "score", bos, top, recipe: recipeOf(flags) }, inputs, flags);
}
