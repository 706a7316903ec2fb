/** How many caches an engine has room for: where it is short, fewer sequences are under way at once, and the others wait. */
import { cacheBytes, passBytes } from "../memory/memory.ts";
import type { Model } from "../model.ts";

/** Bytes left for caches beside passes over so many sequences, of a token each or, for some, a prompt: nPositions tokens in all. */
export function cacheRoom({ config, engine, parameters }: Model, sequences: number): number {
  const { roomBytes = Number.POSITIVE_INFINITY } = engine.memory ?? {};
  const rows = config.nPositions + sequences;
  return roomBytes - passBytes(config, engine, { rows, sequences, dtype: parameters.wte.dtype });
}

/** How many caches of `tokens` tokens fit, of at most `most` that are wanted; 1 where none does, so that the engine says so. */
export function fittingCaches(model: Model, tokens: number, most: number): number {
  const fitting = Math.floor(cacheRoom(model, most) / cacheBytes(model.config, tokens));
  return Math.max(1, Math.min(most, fitting));
}
