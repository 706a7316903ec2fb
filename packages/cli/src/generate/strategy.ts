/** Selects the decoding strategy from the options, and checks which options can be combined. */
import { type ChainSpec, isRandom, STEP_FLAGS } from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";
import { flagName, SAMPLING_OPTIONS } from "../options/chain-flags.ts";
import type { GenerationFlags } from "../options/generation.ts";

export type Strategy = "sample" | "samples" | "beams" | "speculative" | "contrastive";

type Flag = keyof GenerationFlags | "noCache";

interface FileFlags {
  readonly tokens?: readonly number[];
}

/** The options that select each strategy other than plain sampling. */
const SELECTED_BY: readonly (readonly [Flag, Strategy])[] = [
  ["beams", "beams"],
  ["numSamples", "samples"],
  ["draftModel", "speculative"],
  ["promptLookup", "speculative"],
  ["penaltyAlpha", "contrastive"],
];

const DRAWS: readonly Flag[] = [...SAMPLING_OPTIONS, "greedy", "seed"];

/** The options that each strategy refuses, with the reason. */
const REFUSED: { readonly [S in Strategy]: readonly (readonly [readonly Flag[], string])[] } = {
  sample: [],
  samples: [
    [["greedy"], "every sample would be the same"],
    [["noCache"], "the samples share one cache"],
  ],
  beams: [
    [DRAWS, "beam search is deterministic: nothing is drawn"],
    [["stop"], "beam search ends texts only at an end-of-text token or --max-tokens"],
    [["noCache"], "each beam has its own cache"],
    [["traceSampling"], "beam search draws nothing"],
  ],
  speculative: [
    [["noCache"], "proposals are verified with a cache"],
    [["traceSampling", "logprobs"], "one pass may give several tokens"],
    [
      STEP_FLAGS.filter(({ isPure }) => !isPure).map(({ name }) => name),
      "proposals need distributions that depend neither on chance nor on earlier draws",
    ],
  ],
  contrastive: [
    [DRAWS.filter((flag) => flag !== "topK"), "contrastive search is deterministic: nothing is drawn"],
    [["noCache"], "it evaluates candidates with caches"],
    [["traceSampling"], "its tokens are not chosen by a chain"],
  ],
};

/** Options that have no effect without another. */
const NEEDS: readonly (readonly [Flag, readonly Flag[]])[] = [
  ["lengthPenalty", ["beams"]],
  ["numReturn", ["beams"]],
  ["proposals", ["draftModel", "promptLookup"]],
  ["logprobs", ["json"]],
];

/** The decoding strategy. @throws CliError, a usage error, naming the options that contradict each other */
export function strategyOf(flags: GenerationFlags): Strategy {
  const asked = SELECTED_BY.filter(([flag]) => isGiven(flags, flag));
  const [first, second] = asked;
  if (first && second)
    throw usageError(`${flagName(first[0])} and ${flagName(second[0])} are two decoding strategies; give one`);
  for (const [flag, others] of NEEDS) {
    if (!isGiven(flags, flag) || others.some((other) => isGiven(flags, other))) continue;
    throw usageError(`${flagName(flag)} does nothing without ${others.map(flagName).join(" or ")}; give that too`);
  }
  if (flags.greedy && flags.seed !== undefined)
    throw usageError("--seed cannot be combined with --greedy: nothing is drawn");
  checkNumbers(flags);
  const strategy = first?.[1] ?? "sample";
  for (const [refused, because] of REFUSED[strategy]) {
    const typed = refused.find((flag) => isGiven(flags, flag));
    if (typed) throw usageError(`${flagName(typed)} cannot be combined with ${flagName(first?.[0] ?? "")}: ${because}`);
  }
  return strategy;
}

function isGiven(flags: GenerationFlags & FileFlags, flag: Flag | keyof FileFlags): boolean {
  return flag === "noCache" ? !flags.cache : flags[flag] !== undefined;
}

/** The options that --file refuses, with the reason. */
const REFUSED_OF_FILE: readonly (readonly [Flag | keyof FileFlags, string])[] = [
  ["tokens", "the prompts are the lines of the file"],
  ["numSamples", "each line has one continuation"],
  ["beams", "each line is sampled"],
  ["draftModel", "the lines are generated as a batch"],
  ["promptLookup", "the lines are generated as a batch"],
  ["penaltyAlpha", "each line is sampled"],
  ["noCache", "each line has a cache"],
];

/** @throws CliError, a usage error, for a prompt or an option that cannot be combined with --file */
export function checkFile(prompt: string | undefined, flags: GenerationFlags & FileFlags): void {
  if (prompt !== undefined) throw usageError("give a prompt or --file, not both; a file that is one prompt is @file");
  for (const [flag, because] of REFUSED_OF_FILE) {
    if (isGiven(flags, flag)) throw usageError(`${flagName(flag)} cannot be combined with --file: ${because}`);
  }
  if (flags.traceSampling && !flags.json) {
    throw usageError("--trace-sampling with --file needs --json: lines are not streamed");
  }
}

/** Checks numbers that depend on each other. */
function checkNumbers({
  beams = 0,
  numReturn = 1,
  penaltyAlpha,
  topK,
  numSamples = 1,
  seed = 0,
}: GenerationFlags): void {
  if (beams > 0 && numReturn > beams) throw usageError(`--num-return ${numReturn} must be at most --beams, ${beams}`);
  if (penaltyAlpha !== undefined && topK === 0) {
    throw usageError("--top-k 0 gives --penalty-alpha no candidates; it must be 1 or more");
  }
  if (Number.isSafeInteger(seed + (numSamples - 1))) return;
  throw usageError(`--seed ${seed}: sample i has the seed plus i, which must stay below 2^53`);
}

/** Whether tokens are drawn at random: not by these two strategies, nor by a chain that ends in a greedy choice. */
export function drawsByChance(strategy: Strategy, chain: ChainSpec): boolean {
  if (strategy === "beams" || strategy === "contrastive") return false;
  return chain.at(-1)?.type !== "greedy" || isRandom(chain);
}

/**
 * A chain may be greedy without --greedy, as at llama.cpp's temperature 0.
 * @throws CliError, a usage error, for an option that only affects draws
 */
export function checkDraws({ seed, numSamples }: GenerationFlags, chain: ChainSpec): void {
  if (drawsByChance("sample", chain)) return;
  const typed = seed !== undefined ? "--seed" : numSamples !== undefined ? "--num-samples" : undefined;
  if (typed)
    throw usageError(
      `${typed} cannot be combined with --temperature 0: the most probable token is chosen, nothing is drawn`,
    );
}
