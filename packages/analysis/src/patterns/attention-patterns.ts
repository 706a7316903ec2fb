/** The attention patterns of a text: who looks at what. */
import { keyOf, type Model } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";
import { type RunWithCacheOptions, runWithCache } from "../patch/run-with-hooks.ts";

/**
 * The pattern of every layer: how much each query (row) attends to each key (column), 0 where masked; rows sum to 1.
 * T ids -> L times [H, T, T] @throws like `runWithCache`
 */
export function attentionPatterns(
  model: Model,
  ids: ArrayLike<number>,
  { hooks }: Pick<RunWithCacheOptions, "hooks"> = {},
): Tensor[] {
  const names = Array.from({ length: model.config.nLayer }, (_, layer) => keyOf("pattern", layer));
  const { activations } = runWithCache(model, ids, { names, hooks });
  return names.map((name) => activations.get(name) as Tensor);
}
