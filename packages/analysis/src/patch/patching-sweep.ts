/**
 * Activation patching at every place of a kind: where does the corrupted prompt become the clean one? TransformerLens's
 * patching.py, get_act_patch_resid_pre and its siblings: layers by positions, or layers by heads (at all positions).
 * The patched runs are sequences of common passes (run-batch.ts).
 */
import { type BlockKeys, keyOf, type Model } from "@tsgpt/gpt";
import { type Checks, checkOptions, type Kind, listOf, oneOf, required } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { patchActivation } from "./patch-activation.ts";
import { batchChecks, type RunBatchOptions, runBatch } from "./run-batch.ts";
import { runWithCache } from "./run-with-hooks.ts";

/** The two prompts, the activation that is patched, and what is measured. */
export interface SweepOptions extends RunBatchOptions {
  /** The prompt whose activations are put into the other's run. */
  readonly clean: readonly number[];
  readonly corrupted: readonly number[];
  /** The activation, such as residPre, attnOut or mlpOut, and z for heads. */
  readonly activation: keyof BlockKeys;
  /** A column per position, or per head at all positions, for which both prompts have the same number of tokens. */
  readonly over: "positions" | "heads";
  /** What is measured on the logits of a run: [T, V], or [1, V] with positions "last"; see `logitDifference`. */
  readonly metric: (logits: Tensor) => number;
}

const IDS: Kind<readonly number[]> = listOf("a list of token ids", "number");
const IN_BLOCKS: Kind<keyof BlockKeys> = {
  rule: 'the name of an activation in each block, such as "residPre" or "z"',
  holds: (value) => {
    const name = value as keyof BlockKeys;
    return typeof value === "string" && keyOf(name, 0) !== keyOf(name, 1);
  },
};
const CHECKS: Checks<SweepOptions> = {
  ...batchChecks,
  clean: required(IDS),
  corrupted: required(IDS),
  activation: required(IN_BLOCKS),
  over: required(oneOf("positions", "heads")),
  metric: required("function"),
};

/** What patching each place changes of a metric. */
export interface PatchingSweep {
  /** The metric with the clean activation of layer l in place: [L][T] or [L][H]. */
  readonly values: readonly (readonly number[])[];
  /** The metric of the two prompts, without patching. */
  readonly clean: number;
  readonly corrupted: number;
}

/**
 * The metric of every patched run: a pass per group of runs, each weight read once for a group.
 * @throws RangeError for an invalid option, prompts whose lengths do not fit, or heads of an activation that has none;
 * what `runBatch` throws
 * @see https://transformerlensorg.github.io/TransformerLens, transformer_lens.patching
 */
export async function activationPatchingSweep(model: Model, options: SweepOptions): Promise<PatchingSweep> {
  checkOptions("activationPatchingSweep", options, CHECKS);
  const { clean, corrupted, activation, over, metric, ...batch } = options;
  const { nLayer, nHead } = model.config;
  const names = Array.from({ length: nLayer }, (_, layer) => keyOf(activation, layer));
  const { logits, activations } = runWithCache(model, clean, { names });
  const columns = over === "heads" ? nHead : corrupted.length;
  const patches = names.flatMap((name) =>
    Array.from({ length: columns }, (_, i) =>
      patchActivation(name, activations, over === "heads" ? { head: i } : { position: i }),
    ),
  );
  const runs = [{ ids: corrupted }, ...patches.map((hook) => ({ ids: corrupted, hooks: [hook] }))];
  const found: number[] = [];
  for await (const patched of runBatch(model, runs, batch)) found.push(metric(patched));
  const [unpatched = Number.NaN, ...values] = found;
  const lastRow = clean.length - 1;
  return {
    values: names.map((_, layer) => values.slice(layer * columns, (layer + 1) * columns)),
    clean: metric(batch.positions === "last" ? logits.slice(lastRow, lastRow + 1) : logits),
    corrupted: unpatched,
  };
}
