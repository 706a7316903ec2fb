/**
 * The cost of choosing a token, relative to computing its logits: chains over GPT-2's vocabulary, alternating with
 * decode steps of GPT-2's shape, so that both run under the same conditions.
 */
import { forward, KVCache, type Model } from "@tsgpt/gpt";
import { createGenerator, type Generator, median, nextUniform } from "@tsgpt/numeric";
import { type ChainSpec, createSampler, presetChain, type Sampler } from "@tsgpt/sampling";

/** Medians of one draw, including the chain, for each kind of row. */
interface ChainCost {
  readonly chain: string;
  /** Few tokens have most of the mass, as is usual: the nucleus of 0.9 has 59. */
  readonly peakedMilliseconds: number;
  /** Many tokens are likely: the nucleus of 0.9 has about 3,300. */
  readonly flatMilliseconds: number;
  /** The slower of the two, relative to the median decode step. */
  readonly shareOfStep: number;
}

export interface SamplingCost {
  /** Median of one decode step. */
  readonly stepMilliseconds: number;
  readonly chains: readonly ChainCost[];
}

const CHAINS: Readonly<Record<string, ChainSpec>> = {
  "greedy, which checks every logit": presetChain("greedy"),
  "full distribution": [],
  "lecture: top-p 0.9": presetChain("lecture"),
  "lecture: top-p 0.9, both penalties 1.1": presetChain("lecture", { frequencyPenalty: 1.1, presencePenalty: 1.1 }),
  "openai: top-p 0.9, both penalties 0.1": presetChain("openai", {
    topP: 0.9,
    frequencyPenalty: 0.1,
    presencePenalty: 0.1,
  }),
  "hf: top-k 50, top-p 0.9, repetition 1.1": presetChain("hf", { topP: 0.9, repetitionPenalty: 1.1 }),
  "llama.cpp: its defaults": presetChain("llama.cpp"),
  "min-p 0.05": presetChain("lecture", { minP: 0.05, topP: 1 }),
  "typical 0.9": presetChain("hf", { typical: 0.9, topK: 0 }),
};

const DEPTH = 128;

/**
 * Alternating steps and draws, `rounds` times after a fifth as many for warm-up; the history is the context of 128
 * tokens.
 */
export function measureSampling(model: Model, rounds: number, onRound: (round: number) => void): SamplingCost {
  const { vocabSize } = model.config;
  const generator = createGenerator(1);
  const history = Array.from({ length: DEPTH }, () => Math.floor(nextUniform(generator) * vocabSize));
  const rows = [peakedRow(vocabSize), normalRow(vocabSize, generator)];
  const runs = Object.entries(CHAINS).map(([chain, spec]) => ({
    chain,
    sample: createSampler(spec, { seed: 1 }),
    times: rows.map((): number[] => []),
  }));
  const cache = new KVCache(model.config, model.engine, DEPTH + 1);
  forward(model, history, { cache, positions: "last" });
  const steps: number[] = [];
  for (let round = -Math.ceil(rounds / 5); round < rounds; round++) {
    onRound(round);
    steps.push(timeStep(model, cache));
    for (const { sample, times } of runs) {
      for (const [i, row] of rows.entries()) times[i]?.push(timeDraw(sample, row, history));
    }
  }
  cache.dispose();
  const warm = (times: readonly number[] | undefined) => median((times ?? []).slice(-rounds));
  const stepMilliseconds = warm(steps);
  const chains = runs.map(({ chain, times }): ChainCost => {
    const [peakedMilliseconds, flatMilliseconds] = [warm(times[0]), warm(times[1])];
    const shareOfStep = Math.max(peakedMilliseconds, flatMilliseconds) / stepMilliseconds;
    return { chain, peakedMilliseconds, flatMilliseconds, shareOfStep };
  });
  return { stepMilliseconds, chains };
}

function timeStep(model: Model, cache: KVCache): number {
  const start = performance.now();
  forward(model, [1], { cache, positions: "last" });
  const milliseconds = performance.now() - start;
  cache.truncate(DEPTH);
  return milliseconds;
}

/** The row is a copy, since a step's logits are new too. */
function timeDraw(sample: Sampler, row: Float32Array, history: readonly number[]): number {
  const logits = row.slice();
  const start = performance.now();
  sample(logits, { history, promptLength: DEPTH / 2 });
  return performance.now() - start;
}

/**
 * Probabilities proportional to rank^-1.5, in an order over the vocabulary unrelated to rank (multiples of a prime).
 */
function peakedRow(size: number): Float32Array {
  const row = new Float32Array(size);
  for (let rank = 0; rank < size; rank++) row[(rank * 7919) % size] = -1.5 * Math.log(1 + rank);
  return row;
}

/** Normal with standard deviation 3, approximated by the sum of twelve uniform numbers minus 6. */
function normalRow(size: number, generator: Generator): Float32Array {
  return Float32Array.from({ length: size }, () => {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += nextUniform(generator);
    return 3 * sum;
  });
}
