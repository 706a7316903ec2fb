/** One timed pass, for whatever is measured. Time spent yielding to the event loop is not counted. */
import { forward, forwardByLayer, type GPT2Config, type KVCache, type Model, yieldToEventLoop } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";

/** A pass, and how long it took. */
export interface TimedPass {
  readonly milliseconds: number;
  readonly logits: Tensor;
}

/**
 * One pass that computes only the last logits, [1, V], and its milliseconds. They are a view of `into` if given, as
 * when text is generated: the first touch of a new array's pages would count as time of the pass.
 * @throws the signal's reason; what `forward` throws. The cache is unchanged after an error.
 */
export async function timedForward(
  model: Model,
  ids: readonly number[],
  cache: KVCache | undefined,
  signal: AbortSignal | undefined,
  into?: Float32Array,
): Promise<TimedPass> {
  const options = { positions: "last", into } as const;
  await yieldToEventLoop();
  signal?.throwIfAborted();
  if (ids.length > 1) return timedByLayer(forwardByLayer(model, [{ ids, cache }], options), signal);
  const start = performance.now();
  const logits = forward(model, ids, { cache, ...options });
  return { milliseconds: performance.now() - start, logits };
}

/** Yields to the event loop between the layers of a longer pass, so that it can be aborted. */
async function timedByLayer(
  pass: ReturnType<typeof forwardByLayer>,
  signal: AbortSignal | undefined,
): Promise<TimedPass> {
  try {
    for (let milliseconds = 0; ; await yieldToEventLoop()) {
      signal?.throwIfAborted();
      const start = performance.now();
      const step: IteratorResult<number, Tensor> = pass.next();
      milliseconds += performance.now() - start;
      if (step.done) return { milliseconds, logits: step.value };
    }
  } finally {
    pass.return(undefined as never); // frees the scratch memory of an abandoned pass
  }
}

/** Distinct ids; their values do not affect the time. */
export function fillerIds({ vocabSize }: GPT2Config, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (7919 * (i + 1)) % vocabSize);
}

/** @throws RangeError for a count that is not a whole number from `least` on */
export function checkCounts(counts: Readonly<Record<string, number>>, least: number): void {
  for (const [name, value] of Object.entries(counts)) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`measuring: ${name} must be a whole number, ${least} or more, got ${value}`);
    }
  }
}
