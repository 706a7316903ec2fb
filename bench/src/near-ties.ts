/**
 * How often two kernel sets choose different tokens, given the same text and the same uniform number u. Their logits
 * agree to float32 rounding, so a choice differs only at a near-tie: two top logits, the boundary of a truncation, or a
 * u at the boundary of two tokens. To need few tokens for the last case, the fraction of all u is summed for each step,
 * instead of trying one u.
 */
import { forward, generate, KVCache, type Model, type Sample } from "@tsgpt/gpt";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { type Candidates, type ChainSpec, createSampler, pick, presetChain, probabilities } from "@tsgpt/sampling";

export interface NearTies {
  /** Tokens chosen by each chain from each set's logits. */
  readonly tokens: number;
  /** The largest difference between corresponding logits. */
  readonly largestDifference: number;
  readonly chains: readonly TiesOfChain[];
}

interface TiesOfChain {
  readonly chain: string;
  /** Number of tokens that differed, with one u each. */
  readonly differing: number;
  /** The mean fraction of all u that gives different tokens. */
  readonly expectedRate: number;
}

const CHAINS: Readonly<Record<string, ChainSpec>> = {
  greedy: presetChain("greedy"),
  "full distribution": [],
  "lecture: top-p 0.9": presetChain("lecture"),
  "lecture: top-p 0.9, both penalties 1.1": presetChain("lecture", { frequencyPenalty: 1.1, presencePenalty: 1.1 }),
  "hf: top-k 50": presetChain("hf"),
  "llama.cpp: its defaults": presetChain("llama.cpp"),
};

export interface NearTiesOptions {
  readonly texts: number;
  /** Tokens of each. */
  readonly length: number;
  readonly onText: (text: number) => void;
}

/** Texts sampled by `one` from the full distribution, with seeds 1 to `texts`; both models compute each step. */
export async function measureNearTies(one: Model, other: Model, options: NearTiesOptions): Promise<NearTies> {
  const { texts, length, onText } = options;
  const counts = Object.entries(CHAINS).map(([chain, spec]) => {
    return { chain, sampler: createSampler(spec, { seed: 0 }), differing: 0, share: 0 }; // u is drawn here, not there
  });
  let [tokens, largestDifference] = [0, 0];
  for (let seed = 1; seed <= texts; seed++) {
    onText(seed);
    const generator = createGenerator(seed);
    const cache = new KVCache(other.config, other.engine, length + 1);
    const sample: Sample = (logits, context) => {
      const again = forward(other, context.history.slice(cache.length), { cache, positions: "last" }).data;
      largestDifference = Math.max(largestDifference, differenceOf(logits, again));
      const u = nextUniform(generator);
      for (const count of counts) {
        const { distribution } = count.sampler;
        const [a, b] = [distribution(logits, context), distribution(again, context)];
        count.share += differingShare(a, b);
        if (pick(a, u) !== pick(b, u)) count.differing++;
      }
      tokens++;
      return pick(createSampler([], { seed: 0 }).distribution(logits, context), u);
    };
    for await (const _ of generate(one, "", { sample, maxTokens: length, ignoreEos: true }));
    cache.dispose();
  }
  const chains = counts.map(({ chain, differing, share }) => ({ chain, differing, expectedRate: share / tokens }));
  return { tokens, largestDifference, chains };
}

/**
 * The fraction of u from 0 to 1 for which the two give different tokens: each token has an interval in each, and where
 * these overlap the choice is the same. 0 up to rounding, about 1e-13, if they are the same.
 */
export function differingShare(a: Candidates, b: Candidates): number {
  const [p, q] = [probabilities(a), probabilities(b)];
  let [i, j, lowA, lowB, same] = [0, 0, 0, 0, 0];
  while (i < p.length && j < q.length) {
    const [idA, idB] = [a.ids[i] as number, b.ids[j] as number];
    const [highA, highB] = [lowA + (p[i] as number), lowB + (q[j] as number)];
    if (idA === idB) same += Math.max(0, Math.min(highA, highB) - Math.max(lowA, lowB));
    if (idA <= idB) [lowA, i] = [highA, i + 1];
    if (idB <= idA) [lowB, j] = [highB, j + 1];
  }
  return Math.max(0, 1 - same);
}

function differenceOf(a: Float32Array, b: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] as number) - (b[i] as number)));
  return largest;
}
