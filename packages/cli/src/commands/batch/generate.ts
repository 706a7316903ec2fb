/** tsgpt batch generate: a continuation of each input. */
import { runJob } from "../../batch/run-job.ts";
import { command } from "../../command.ts";
import { checkDraws, strategyOf } from "../../generate/strategy.ts";
import { BATCH_HELP, batchOptions, INPUTS } from "../../options/batch.ts";
import { chainOf } from "../../options/chain-flags.ts";
import {
  greedy,
  ignoreEos,
  logprobs,
  maxTokens,
  samplingOptions,
  stop,
  traceSampling,
} from "../../options/generation.ts";
import { keysOf, type OptionsOf, onlyKeys, option } from "../../options/option.ts";
import { TEMPLATE_SEED } from "../../options/template.ts";
import { wholeNumber } from "../../options/values.ts";

const generation = [
  maxTokens,
  greedy,
  option("--seed <n>", `the same seed gives the same text (default: ${TEMPLATE_SEED})`, { parse: wholeNumber(0) }),
  stop,
  ignoreEos,
  logprobs,
  traceSampling,
  ...samplingOptions,
] as const;
const options = [...batchOptions, ...generation] as const;

export const generate = command({
  name: "generate",
  summary: "continue each input, as tsgpt generate --json",
  arguments: [INPUTS],
  options,
  help: `Examples:
  $ tsgpt batch generate prompts.jsonl --output texts
  $ tsgpt batch generate prompts.jsonl --output texts --max-tokens 50 --top-p 0.9 --seed 1

Each input is continued as it would be alone with the same options and seed. tsgpt generate --help explains the options.

${BATCH_HELP}`,
  action: generateBatch,
});

async function generateBatch(inputs: readonly string[], flags: OptionsOf<typeof options>): Promise<void> {
  const own = { ...onlyKeys(flags, keysOf(generation)), dialect: flags.dialect, cache: true, json: true };
  strategyOf(own);
  checkDraws(own, chainOf(own, {}, { defaults: true }));
  await runJob({ name: "generate", flags: own, seed: flags.seed ?? TEMPLATE_SEED }, inputs, flags);
}
