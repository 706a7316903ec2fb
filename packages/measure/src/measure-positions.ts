/** The milliseconds of one token at each position, with and without a KV cache. */
import { checkPositions, KVCache, type Model } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, median, required } from "@tsgpt/numeric";
import { checkCounts, fillerIds, timedForward } from "./timed-forward.ts";

/** How the positions are measured. */
export interface PositionOptions {
  readonly useCache: boolean;
  /** How often all positions are measured in turn; the median of each is reported. */
  readonly runs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called after each measurement; `count` is positions times runs. */
  readonly onPosition?: ((done: number, count: number) => void) | undefined;
}

const CHECKS: Checks<PositionOptions> = {
  useCache: required("boolean"),
  runs: "number",
  signal: abortSignal,
  onPosition: "function",
};

/** The time of a token at one position. */
export interface PositionTime {
  /** From 1: the length of the text, including the token fed. */
  readonly position: number;
  /** Median of the runs. */
  readonly milliseconds: number;
}

/**
 * The time of one token at each of `positions`: with a cache, one step after position - 1 tokens; without, a full pass
 * over all of them. Both compute only the last logits. Each run visits all positions before the next, so that a
 * disturbance of some milliseconds affects one measurement of a position and not its median.
 * @throws RangeError unless the positions are integers from 1 to nPositions, ascending; the signal's reason
 */
export async function measurePositions(
  model: Model,
  positions: readonly number[],
  options: PositionOptions,
): Promise<PositionTime[]> {
  checkOptions("measurePositions", options, CHECKS);
  const { useCache, runs = 3, signal, onPosition } = options;
  checkCounts({ runs }, 1);
  checkPositions(model.config, positions);
  const last = positions.at(-1) ?? 1;
  const ids = fillerIds(model.config, last);
  const cache = useCache ? new KVCache(model.config, model.engine, last) : undefined;
  const measured = positions.map((): number[] => []);
  try {
    await timedForward(model, ids.slice(0, 1), undefined, signal); // the first pass compiles and allocates
    for (let done = 0; done < positions.length * runs; done++) {
      const at = done % positions.length;
      const text = ids.slice(0, positions[at]);
      measured[at]?.push(await lastTokenMilliseconds(model, text, cache, signal));
      onPosition?.(done + 1, positions.length * runs);
    }
    return positions.map((position, i) => ({ position, milliseconds: median(measured[i] as number[]) }));
  } finally {
    cache?.dispose();
  }
}

/**
 * The time of a text's last token: one step after the others, which are in the cache or fed first; without a cache, all
 * of the text.
 */
async function lastTokenMilliseconds(
  model: Model,
  text: readonly number[],
  cache: KVCache | undefined,
  signal: AbortSignal | undefined,
): Promise<number> {
  if (!cache) return (await timedForward(model, text, undefined, signal)).milliseconds;
  if (cache.length >= text.length) cache.reset();
  const missing = text.slice(cache.length, -1);
  if (missing.length > 0) await timedForward(model, missing, cache, signal);
  return (await timedForward(model, text.slice(-1), cache, signal)).milliseconds;
}
