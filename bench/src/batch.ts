/**
 * What a batch costs: decode steps of one pass over many sequences against one pass per sequence, and the effect on
 * several samples and on beams, end to end. Both ways alternate, so that changes in memory bandwidth affect both.
 */
import { beamSearch, forward, forwardBatch, generateSamples, KVCache, type Model } from "@tsgpt/gpt";
import { createSampler, createWorkspace, presetChain } from "@tsgpt/sampling";

/** Milliseconds, one number per round. */
export interface BatchTimes {
  readonly what: string;
  readonly sequences: number;
  readonly together: readonly number[];
  readonly oneByOne: readonly number[];
}

export interface BatchOptions {
  /** Context length of the steps. */
  readonly depth: number;
  /** Number of samples and beams. */
  readonly promptTokens: number;
  readonly newTokens: number;
  readonly rounds: number;
  /** Sequences per step. */
  readonly sizes: readonly number[];
  readonly beams: number;
  readonly samples: number;
  readonly onRound: (round: number, what: string) => void;
}

interface Way {
  readonly what: string;
  readonly sequences: number;
  /** Milliseconds of both ways. */
  readonly measure: () => Promise<{ together: number; oneByOne: number }>;
}

export async function compareBatch(model: Model, options: BatchOptions): Promise<BatchTimes[]> {
  const { sizes, beams, samples, depth, rounds, onRound } = options;
  const count = Math.max(beams, ...sizes);
  const caches = Array.from({ length: count }, () => new KVCache(model.config, model.engine, depth + 1));
  const [first, ...others] = caches as [KVCache, ...KVCache[]];
  forward(model, promptOf(model, depth), { cache: first, positions: "last" });
  for (const cache of others) cache.copyFrom(first, 0);
  const ways: Way[] = [
    ...sizes.map((size) => ({ what: "a step", sequences: size, measure: async () => step(model, caches, size) })),
    { what: "samples", sequences: samples, measure: () => drawSamples(model, options) },
    { what: "beams", sequences: beams, measure: () => search(model, caches, options) },
  ];
  const all = ways.map(({ what, sequences }) => ({
    what,
    sequences,
    together: [] as number[],
    oneByOne: [] as number[],
  }));
  for (let round = -1; round < rounds; round++) {
    for (const [i, { what, sequences, measure }] of ways.entries()) {
      onRound(round, `${what} of ${sequences}`);
      const { together, oneByOne } = await measure();
      if (round < 0) continue; // to warm up
      all[i]?.together.push(together);
      all[i]?.oneByOne.push(oneByOne);
    }
  }
  for (const cache of caches) cache.dispose();
  return all;
}

/** Ids that differ from token to token; their values do not affect the time. */
function promptOf({ config }: Model, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (7919 * (i + 1)) % config.vocabSize);
}

/** One token per sequence, in one pass and in one pass each; logits go to memory that is reused, as in generation. */
function step(model: Model, caches: readonly KVCache[], size: number) {
  const own = caches.slice(0, size);
  const logits = new Float32Array(size * model.config.vocabSize).fill(0); // touched before the time is taken
  const row = logits.subarray(0, model.config.vocabSize);
  const lengths = own.map(({ length }) => length);
  const rewind = () => own.forEach((cache, i) => void cache.truncate(lengths[i] as number));
  const together = milliseconds(() => {
    forwardBatch(
      model,
      own.map((cache) => ({ ids: [1], cache })),
      { positions: "last", into: logits },
    );
  });
  rewind();
  const oneByOne = milliseconds(() => {
    for (const cache of own) forward(model, [1], { cache, positions: "last", into: row });
  });
  rewind();
  return { together, oneByOne };
}

/**
 * End to end, with the prompt's pass and the chain of the dialect `lecture`. One by one, the prompt is also processed
 * once.
 */
async function drawSamples(model: Model, { promptTokens, newTokens, samples: count }: BatchOptions) {
  const chain = presetChain("lecture");
  const workspace = createWorkspace();
  const draw = async (batchSize: number) => {
    const start = performance.now();
    const sampleFor = (index: number) => createSampler(chain, { seed: index, workspace });
    const options = { count, batchSize, sampleFor, maxTokens: newTokens, ignoreEos: true };
    for await (const _ of generateSamples(model, promptOf(model, promptTokens), options));
    return performance.now() - start;
  };
  return { together: await draw(count), oneByOne: await draw(1) };
}

/** A beam search, and the same with its passes replaced by as many measured passes per sequence. */
async function search(model: Model, caches: readonly KVCache[], { promptTokens, newTokens, beams }: BatchOptions) {
  const start = performance.now();
  await beamSearch(model, promptOf(model, promptTokens), { beams, maxTokens: newTokens, ignoreEos: true });
  const together = performance.now() - start;
  let oneByOne = together;
  for (let pass = 1; pass < newTokens; pass++) {
    const times = step(model, caches, beams); // the first pass reads the prompt
    oneByOne += times.oneByOne - times.together;
  }
  return { together, oneByOne };
}

function milliseconds(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
