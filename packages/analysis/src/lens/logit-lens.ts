/**
 * Logit lens (nostalgebraist 2020, "interpreting GPT: the logit lens"): the residual stream after the embedding and
 * after each layer, each through the final layer norm and the head, as if the layers after it were left out. The last
 * one is the model's own prediction, bit for bit.
 */
import { keyOf, logSumOfExp, type Model } from "@tsgpt/gpt";
import { argmax, type Checks, checkOptions } from "@tsgpt/numeric";
import { candidatesOf, createWorkspace, mostProbable, type Share } from "@tsgpt/sampling";
import { layerNorm, matmulTransposed, onHeap, Tensor } from "@tsgpt/tensor";
import type { Activations } from "../patch/activations.ts";
import { activationRow, checkTarget, type Place, placeChecks } from "./activation-row.ts";

/** How many tokens are listed. */
export interface PredictionOptions {
  /** The most probable tokens to list; default 10. */
  readonly top?: number | undefined;
}

/** The position and the token in question, and how many tokens are listed. */
export interface LensOptions extends Place, PredictionOptions {}

const PREDICTION_CHECKS: Checks<PredictionOptions> = { top: "number" };
const CHECKS: Checks<LensOptions> = { ...placeChecks, ...PREDICTION_CHECKS };

/** What one layer would predict. */
export interface LensEntry {
  /** The residual stream that was read. */
  readonly hook: string;
  /** ln p(target), in nats. */
  readonly targetLogprob: number;
  /** The most probable tokens, in descending order; among equals the lower id first. */
  readonly top: readonly Share[];
}

/** The activations that `logitLens` reads, L + 1: `blocks.0.hook_resid_pre`, then each `blocks.l.hook_resid_post`. */
export function lensHooks(layers: number): string[] {
  return [keyOf("residPre", 0), ...Array.from({ length: layers }, (_, layer) => keyOf("residPost", layer))];
}

/**
 * The predictions at one position, from L + 1 recorded activations. The default target is the model's likeliest token.
 * L + 1 of [T, C] -> L + 1 entries
 * @throws RangeError for an invalid option, a missing activation, or a position or target out of range;
 * Error if logits are not finite
 * @example logitLens(model, activations, { position: 4, top: 5 })
 */
export function logitLens(model: Model, activations: Activations, options: LensOptions = {}): LensEntry[] {
  checkOptions("logitLens", options, CHECKS);
  const { position, target, top = 10 } = options;
  checkTop(top, "logitLens");
  const hooks = lensHooks(model.config.nLayer);
  const rows = hooks.map((hook) => activationRow(activations, hook, position, "logitLens")); // each [1, C]
  const logits = headLogits(model, stacked(rows)); // [L + 1, V]
  const chosen = target ?? argmax(logits.row(hooks.length - 1).data);
  checkTarget(model, chosen, "logitLens");
  return hooks.map((hook, i) => {
    const { data } = logits.row(i);
    const targetLogprob = (data[chosen] as number) - logSumOfExp(data, i, `logitLens of ${hook}`);
    return { hook, targetLogprob, top: mostProbable(candidatesOf(data), top) };
  });
}

/**
 * The most probable tokens for each row of the residual stream, of any positions and layers, in one product with the
 * head: what `logitLens` finds for that row, bit for bit. [m, C] -> m lists
 * @throws RangeError for an invalid option; ShapeError unless the rows are [m, C]; SamplingError if logits are not
 * finite
 * @example residualPredictions(model, activations.get("blocks.3.hook_resid_post"), { top: 1 })
 */
export function residualPredictions(model: Model, rows: Tensor, options: PredictionOptions = {}): Share[][] {
  checkOptions("residualPredictions", options, PREDICTION_CHECKS);
  const { top = 10 } = options;
  checkTop(top, "residualPredictions");
  const logits = headLogits(model, rows); // [m, V]
  const workspace = createWorkspace(); // the ids of all rows
  return Array.from({ length: logits.shape[0] as number }, (_, i) =>
    mostProbable(candidatesOf(logits.row(i).data, workspace), top),
  );
}

function checkTop(top: number, by: string): void {
  if (!Number.isInteger(top) || top < 0)
    throw new RangeError(`${by}: top must be a whole number, 0 or more, got ${top}`);
}

/** Rows of the residual stream through the final layer norm and the head. [m, C] -> [m, V] */
export function headLogits({ config, parameters, engine }: Model, rows: Tensor): Tensor {
  const heap = onHeap(engine);
  return matmulTransposed(layerNorm(rows, parameters.lnF, config.layerNormEpsilon, heap), parameters.lmHead, heap);
}

/** m of [1, C] -> [m, C] */
function stacked(rows: readonly Tensor[]): Tensor {
  const c = rows[0]?.size ?? 0;
  const out = Tensor.zeros([rows.length, c]);
  for (const [i, { data }] of rows.entries()) out.data.set(data, i * c);
  return out;
}
