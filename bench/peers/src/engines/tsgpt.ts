/** Ours: a model and its cache. */
import { forward, KVCache, type Model } from "@tsgpt/gpt";
import type { LanguageModel } from "./language-model.ts";

/** `capacity` tokens are the most that it is fed. */
export function tsgptModel(model: Model, capacity: number): LanguageModel {
  const { config, engine } = model;
  const cache = new KVCache(config, engine, capacity);
  const feed = async (ids: readonly number[]) => forward(model, ids, { cache, positions: "last" }).data;
  return {
    kernels: engine.kernelSet,
    threads: engine.threads,
    prefill: (ids) => {
      cache.reset();
      return feed(ids);
    },
    step: (id) => feed([id]),
  };
}
