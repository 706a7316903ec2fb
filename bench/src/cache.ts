/**
 * KV cache compared with no cache: the cost of the token at each position, in milliseconds, multiply-adds and bytes.
 */
import { cacheBytes, type Model, multiplyAddsPerToken } from "@tsgpt/gpt";
import { measurePositions, type PositionTime } from "@tsgpt/measure";

export interface CacheRow {
  /** From 1: tokens of the text, including the new one. */
  readonly position: number;
  readonly cachedMilliseconds: number;
  readonly uncachedMilliseconds: number;
  readonly cachedMultiplyAdds: number;
  readonly uncachedMultiplyAdds: number;
  /** Bytes of the keys and values of all tokens up to here. */
  readonly cacheBytes: number;
}

export interface CacheOptions {
  readonly positions: readonly number[];
  /** Measurements per position; the median is used. */
  readonly runs: number;
  readonly onPosition: (what: string, done: number, count: number) => void;
}

/** Both curves of one model. */
export async function compareCache(model: Model, options: CacheOptions): Promise<CacheRow[]> {
  const { positions, runs, onPosition } = options;
  const measure = (useCache: boolean) => {
    const what = `${model.name}, ${useCache ? "KV cache" : "no cache"}`;
    return measurePositions(model, positions, {
      useCache,
      runs,
      onPosition: (done, count) => onPosition(what, done, count),
    });
  };
  const cached = await measure(true);
  const uncached = await measure(false);
  return positions.map((position, i) => ({
    position,
    cachedMilliseconds: (cached[i] as PositionTime).milliseconds,
    uncachedMilliseconds: (uncached[i] as PositionTime).milliseconds,
    cachedMultiplyAdds: multiplyAddsPerToken(model.config, position, true),
    uncachedMultiplyAdds: multiplyAddsPerToken(model.config, position, false),
    cacheBytes: cacheBytes(model.config, position),
  }));
}
