/**
 * Runs a model while its activations are recorded or changed, in the words of TransformerLens's HookedTransformer:
 * run_with_cache and run_with_hooks. Differs from it: a hook receives a copy, and what it changes counts only if it is
 * returned; the recorded activations are a plain map, as "cache" is the name of the KV cache here.
 */
import { chainTraces, forward, type Model, record } from "@tsgpt/gpt";
import { type Checks, checkOptions } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { type Hooks, hooksKind, type Names, namesKind, namesOf, traceOfHooks } from "./named-hook.ts";

/** What is recorded of a run, and what is changed in it. */
export interface RunWithCacheOptions {
  /** The activations to record; default: all. */
  readonly names?: Names | undefined;
  /** Changes made during the run; what is recorded is what they return. */
  readonly hooks?: Hooks | undefined;
}

export const recordChecks: Checks<RunWithCacheOptions> = { names: namesKind, hooks: hooksKind };

/** The logits [T, V] of a run and its activations by TransformerLens's names. */
export interface RecordedRun {
  readonly logits: Tensor;
  readonly activations: Map<string, Tensor>;
}

/**
 * Runs the model on a text and records activations.
 * @throws RangeError for an invalid option or hook, or an unknown name, naming the nearest; what `forward` and the
 * hooks' checks throw
 * @see https://transformerlensorg.github.io/TransformerLens, HookedTransformer.run_with_cache
 */
export function runWithCache(model: Model, ids: ArrayLike<number>, options: RunWithCacheOptions = {}): RecordedRun {
  checkOptions("runWithCache", options, recordChecks);
  const { names = () => true, hooks = [] } = options;
  const activations = new Map<string, Tensor>();
  const kept = new Set(namesOf(model.config.nLayer, names, "runWithCache"));
  const changes = traceOfHooks(model, [{ ids, hooks }], "runWithCache");
  const logits = forward(model, ids, {
    trace: chainTraces(
      changes,
      record(activations, (name) => kept.has(name)),
    ),
  });
  return { logits, activations };
}

/**
 * The logits of a text while hooks change the activations. T ids -> [T, V]
 * @throws RangeError for an unknown name, naming the nearest; what `forward` and the hooks' checks throw
 * @see https://transformerlensorg.github.io/TransformerLens, HookedTransformer.run_with_hooks
 * @example runWithHooks(model, ids, [zeroAblate("blocks.0.attn.hook_z", { head: 3 })])
 * @example runWithHooks(model, ids, [["blocks.0.hook_mlp_out", (out) => scale(out, 0.5)]])
 */
export function runWithHooks(model: Model, ids: ArrayLike<number>, hooks: Hooks): Tensor {
  return forward(model, ids, { trace: traceOfHooks(model, [{ ids, hooks }], "runWithHooks") });
}
