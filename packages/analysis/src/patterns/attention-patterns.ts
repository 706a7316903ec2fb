/** The attention patterns of a text: who looks at what. */
import { keyOf, type Model } from "@tsgpt/gpt";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { type RunWithCacheOptions, recordChecks, runWithCache } from "../patch/run-with-hooks.ts";

const CHECKS: Checks<Pick<RunWithCacheOptions, "hooks">> = { hooks: recordChecks.hooks };

/**
 * The pattern of every layer: how much each query (row) attends to each key (column), 0 where masked; rows sum to 1.
 * T ids -> L times [H, T, T] @throws like `runWithCache`
 */
export function attentionPatterns(
  model: Model,
  ids: ArrayLike<number>,
  options: Pick<RunWithCacheOptions, "hooks"> = {},
): Tensor[] {
  checkOptions("attentionPatterns", options, CHECKS);
  const names = Array.from({ length: model.config.nLayer }, (_, layer) => keyOf("pattern", layer));
  const { activations } = runWithCache(model, ids, { names, hooks: options.hooks });
  return names.map((name) => activations.get(name) as Tensor);
}
