/** How many caches fit into an engine: where memory is short, fewer sequences run at once, and the others wait. */
import { cacheBytes, passBytes } from "../memory/memory.ts";
import type { Model } from "../model.ts";

/** Bytes available for caches next to passes over `sequences` sequences of nPositions tokens in all. */
export function availableCacheBytes({ config, engine, parameters }: Model, sequences: number): number {
  const { availableBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  const rows = config.nPositions + sequences;
  return availableBytes - passBytes(config, engine, { rows, sequences, dtype: parameters.wte.dtype });
}

/**
 * How many caches of `tokens` tokens fit, at most `most`; at least 1, so that the engine reports the error if none
 * does.
 */
export function fittingCaches(model: Model, tokens: number, most: number): number {
  const fitting = Math.floor(availableCacheBytes(model, most) / cacheBytes(model.config, tokens));
  return Math.max(1, Math.min(most, fitting));
}
