/** What the KV cache of the text holds. */
import { multiplyAddsPerToken } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import type { CacheContents } from "../protocol/cache.ts";
import type { Session } from "./session.ts";

export function describeCache({ cache, computedFrom, history, model: { config } }: Session): CacheContents {
  const { length, capacity } = cache;
  const held = (all: Tensor) => (all.bytes / capacity) * length;
  const layers = Array.from({ length: config.nLayer }, (_, layer) => {
    return { keys: held(cache.keys(layer)), values: held(cache.values(layer)) };
  });
  const cost = (useCache: boolean) => multiplyAddsPerToken(config, history.length, useCache);
  return {
    positions: length,
    capacity,
    computed: Math.max(0, length - computedFrom),
    layers,
    bytes: layers.reduce((sum, { keys, values }) => sum + keys + values, 0),
    capacityBytes: cache.bytes,
    cost: { withCache: cost(true), without: cost(false) },
  };
}
