/** Which way of decoding the options ask for, and which of them do not go together. */
import { type ChainSpec, isRandom, STEP_FLAGS } from "@tsgpt/sampling";
import { flagName, SAMPLING_OPTIONS } from "./chain-flags.ts";
import { usageError } from "./cli-error.ts";
import type { GenerateFlags } from "./commands/generate.ts";

export type Strategy = "sample" | "samples" | "beams" | "speculative" | "contrastive";

type Flag = keyof GenerateFlags;

/** The option that asks for each way but the first. */
const ASKED_BY: readonly (readonly [Flag, Strategy])[] = [
  ["beams", "beams"],
  ["numSamples", "samples"],
  ["draftModel", "speculative"],
  ["promptLookup", "speculative"],
  ["penaltyAlpha", "contrastive"],
];

const DRAWS: readonly Flag[] = [...SAMPLING_OPTIONS, "greedy", "seed"];

/** What each way cannot do, with the reason. */
const REFUSED: { readonly [S in Strategy]: readonly (readonly [readonly Flag[], string])[] } = {
  sample: [],
  samples: [
    [["greedy"], "every sample would be the same"],
    [["noCache"], "the samples share one cache"],
  ],
  beams: [
    [DRAWS, "a beam search is deterministic and draws nothing"],
    [["stop"], "a beam search ends its texts by the end-of-text token or by --max-tokens"],
    [["noCache"], "each beam has a cache"],
    [["traceSampling"], "a beam search draws nothing"],
  ],
  speculative: [
    [["noCache"], "proposals are checked over a cache"],
    [["traceSampling", "logprobs"], "several tokens come of one pass"],
    [
      STEP_FLAGS.filter(({ isPure }) => !isPure).map(({ name }) => name),
      "proposals ask for distributions that must not depend on chance or on what came of them",
    ],
  ],
  contrastive: [
    [DRAWS.filter((flag) => flag !== "topK"), "contrastive search is deterministic and draws nothing"],
    [["noCache"], "it looks ahead over caches"],
    [["traceSampling"], "its tokens are not chosen by a chain"],
  ],
};

/** Options that mean nothing alone. */
const NEEDS: readonly (readonly [Flag, readonly Flag[]])[] = [
  ["lengthPenalty", ["beams"]],
  ["numReturn", ["beams"]],
  ["proposals", ["draftModel", "promptLookup"]],
  ["logprobs", ["json"]],
];

/** The way of decoding. @throws CliError, a usage error, naming the options that contradict each other */
export function strategyOf(flags: GenerateFlags): Strategy {
  const asked = ASKED_BY.filter(([flag]) => flags[flag] !== undefined);
  const [first, second] = asked;
  if (first && second) throw usageError(`${flagName(first[0])} and ${flagName(second[0])} are two ways; give one`);
  for (const [flag, others] of NEEDS) {
    if (flags[flag] === undefined || others.some((other) => flags[other] !== undefined)) continue;
    throw usageError(`${flagName(flag)} does nothing without ${others.map(flagName).join(" or ")}; give that too`);
  }
  if (flags.greedy && flags.seed !== undefined) throw usageError("--seed does not go with --greedy: nothing is drawn");
  checkNumbers(flags);
  const strategy = first?.[1] ?? "sample";
  for (const [refused, because] of REFUSED[strategy]) {
    const typed = refused.find((flag) => (flag === "noCache" ? !flags.cache : flags[flag] !== undefined));
    if (typed) throw usageError(`${flagName(typed)} does not go with ${flagName(first?.[0] ?? "")}: ${because}`);
  }
  return strategy;
}

/** What --file cannot do, with the reason. */
const REFUSED_OF_FILE: readonly (readonly [Flag, string])[] = [
  ["tokens", "the prompts are the lines of the file"],
  ["numSamples", "each line is continued once"],
  ["beams", "each line is sampled"],
  ["draftModel", "the lines are generated as a batch"],
  ["promptLookup", "the lines are generated as a batch"],
  ["penaltyAlpha", "each line is sampled"],
  ["noCache", "each line has a cache"],
];

/** @throws CliError, a usage error, for a prompt or an option that contradicts --file */
export function checkFile(prompt: string | undefined, flags: GenerateFlags): void {
  if (prompt !== undefined) throw usageError("give a prompt or --file, not both; a file that is one prompt is @file");
  for (const [flag, because] of REFUSED_OF_FILE) {
    const isTyped = flag === "noCache" ? !flags.cache : flags[flag] !== undefined;
    if (isTyped) throw usageError(`${flagName(flag)} does not go with --file: ${because}`);
  }
  if (flags.traceSampling && !flags.json) {
    throw usageError("--trace-sampling with --file needs --json: lines are not written as their tokens come");
  }
}

/** Numbers that are in range each, but not together. */
function checkNumbers({ beams = 0, numReturn = 1, penaltyAlpha, topK, numSamples = 1, seed = 0 }: GenerateFlags): void {
  if (beams > 0 && numReturn > beams) throw usageError(`--num-return ${numReturn} must be at most --beams, ${beams}`);
  if (penaltyAlpha !== undefined && topK === 0) {
    throw usageError("--top-k 0 leaves --penalty-alpha nothing to look at; it must be 1 or more");
  }
  if (Number.isSafeInteger(seed + (numSamples - 1))) return;
  throw usageError(`--seed ${seed}: sample i has the seed plus i, which must stay below 2^53`);
}

/** Whether tokens are drawn by chance: not by these two ways, nor by a chain that ends with the most probable token. */
export function drawsByChance(strategy: Strategy, chain: ChainSpec): boolean {
  if (strategy === "beams" || strategy === "contrastive") return false;
  return chain.at(-1)?.type !== "greedy" || isRandom(chain);
}

/**
 * The chain may turn out to choose the most probable token, as at llama.cpp's temperature 0: then nothing is drawn.
 * @throws CliError, a usage error, for an option that only draws would need
 */
export function checkDraws({ seed, numSamples }: GenerateFlags, chain: ChainSpec): void {
  if (drawsByChance("sample", chain)) return;
  const typed = seed !== undefined ? "--seed" : numSamples !== undefined ? "--num-samples" : undefined;
  if (typed) throw usageError(`${typed} does not go with --temperature 0, the most probable token: nothing is drawn`);
}
