/**
 * What `tsgpt explain` shows of one forward pass: a single pass over the prompt, of which the rows at one position are
 * kept, and the pattern of one head. Everything at a position depends on the tokens up to it alone.
 */
import { type ActivationName, interruptibleForward, keyOf, type Model, type Trace } from "@tsgpt/gpt";
import { abortSignal, argmax, type Checks, checkOptions } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { checkIndex, checkTarget, type Place, placeChecks } from "../lens/activation-row.ts";
import { type Attribution, attributionHooks, directLogitAttribution } from "../lens/direct-logit-attribution.ts";
import { headLogits, type LensEntry, lensHooks, logitLens } from "../lens/logit-lens.ts";

/** The position, the token and the attention head that are shown. */
export interface WalkthroughOptions extends Place {
  /** The layer and the head whose attention is kept; default 0 and 0. */
  readonly layer?: number | undefined;
  readonly head?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<WalkthroughOptions> = { ...placeChecks, layer: "number", head: "number", signal: abortSignal };

/** Euclidean norms of what one layer does to the residual stream at the position. */
export interface LayerNorms {
  readonly before: number;
  readonly attention: number;
  readonly afterAttention: number;
  readonly mlp: number;
  readonly after: number;
  /** Of the key and the value that the layer adds to a cache. */
  readonly key: number;
  readonly value: number;
}

/** The numbers of a pass at one position, stage by stage. */
export interface Walkthrough {
  readonly ids: readonly number[];
  readonly position: number;
  readonly target: number;
  /** The rows at the position: token embedding, position embedding, and their sum. [C] each */
  readonly embedding: { readonly token: Tensor; readonly position: Tensor; readonly sum: Tensor };
  /** The norms of the same for every token. [T] each */
  readonly embeddingNorms: Readonly<Record<"token" | "position" | "sum", readonly number[]>>;
  /** [L] */
  readonly layers: readonly LayerNorms[];
  readonly lens: readonly LensEntry[];
  readonly attribution: Attribution;
  readonly attention: {
    readonly layer: number;
    readonly head: number;
    /** [T, T] */
    readonly pattern: Tensor;
    /** Of the query at the position. [T] */
    readonly scores: Tensor;
  };
  /** Of the next token after the position. [V] */
  readonly logits: Float32Array;
}

/**
 * Runs the pass. T ids -> a Walkthrough
 * @throws RangeError for an invalid option, a position, target, layer or head out of range; what the pass
 * throws; the signal's AbortError
 */
export async function walkThrough(
  model: Model,
  ids: readonly number[],
  options: WalkthroughOptions = {},
): Promise<Walkthrough> {
  checkOptions("walkThrough", options, CHECKS);
  const { position = ids.length - 1, target, layer = 0, head = 0, signal } = options;
  const { nLayer, nHead } = model.config;
  checkIndex(position, ids.length, "position", "explain");
  checkIndex(layer, nLayer, "layer", "explain");
  checkIndex(head, nHead, "head", "explain");
  if (target !== undefined) checkTarget(model, target, "explain");
  const seen = observer(nLayer, { position, layer, head });
  const sequences = [{ ids }];
  const done = await interruptibleForward(model, sequences, { positions: "last", trace: seen.trace }, signal);
  if (!done) signal?.throwIfAborted();
  const last = rowOf(seen.rows, keyOf("residPost", nLayer - 1));
  const logits = headLogits(model, last).data; // [V]
  const chosen = target ?? argmax(logits);
  return {
    ids,
    position,
    target: chosen,
    ...embeddingsOf(seen),
    layers: Array.from({ length: nLayer }, (_, l) => normsOf(seen.rows, l)),
    lens: logitLens(model, seen.rows, { target: chosen }),
    attribution: directLogitAttribution(model, seen.rows, { target: chosen }),
    attention: { layer, head, pattern: rowOf(seen.rows, PATTERN), scores: rowOf(seen.rows, SCORES) },
    logits,
  };
}

/** Under what the pattern and the scores of the one head are kept. */
const [PATTERN, SCORES] = ["pattern", "scores"];

interface Observer {
  readonly trace: Trace;
  /** The activations at the position, [1, ...] each, by key. */
  readonly rows: Map<string, Tensor>;
  /** The norms of every row of an activation, by key. [T] */
  readonly norms: Map<string, number[]>;
}

/** A trace that keeps one row of an activation: a whole [T, C] of every layer would be gigabytes in a large model. */
function observer(layers: number, { position, layer, head }: Record<"position" | "layer" | "head", number>): Observer {
  const blocks = Array.from({ length: layers }, (_, l) => l);
  const others = blocks.flatMap((l) => (["attnOut", "residMid", "k", "v"] as const).map((name) => keyOf(name, l)));
  const kept = new Set([...lensHooks(layers), ...attributionHooks(layers), ...others]);
  const measured = ["hook_embed", "hook_pos_embed", keyOf("residPre", 0)];
  const [pattern, scores] = [keyOf("pattern", layer), keyOf("scores", layer)];
  const rows = new Map<string, Tensor>();
  const norms = new Map<string, number[]>();
  const visit = (key: string, activation: Tensor): Tensor => {
    if (key === pattern)
      rows.set(PATTERN as string, activation.row(head).clone()); // [T, T]
    else if (key === scores)
      rows.set(SCORES as string, activation.row(head).row(position).clone()); // [T]
    else rows.set(key, activation.slice(position, position + 1).clone()); // [1, ...]
    if (measured.includes(key)) norms.set(key, rowNorms(activation));
    return activation;
  };
  return { trace: { wants: (key) => kept.has(key) || key === pattern || key === scores, visit }, rows, norms };
}

function rowOf(rows: ReadonlyMap<string, Tensor>, key: string | undefined): Tensor {
  return rows.get(key as string) as Tensor; // the pass visits every key that the observer wants
}

function embeddingsOf({ rows, norms }: Observer): Pick<Walkthrough, "embedding" | "embeddingNorms"> {
  const keys = { token: "hook_embed", position: "hook_pos_embed", sum: keyOf("residPre", 0) } as const;
  const row = (key: string) => rowOf(rows, key).row(0); // [C]
  const normsBy = (key: string) => norms.get(key) ?? [];
  return {
    embedding: { token: row(keys.token), position: row(keys.position), sum: row(keys.sum) },
    embeddingNorms: { token: normsBy(keys.token), position: normsBy(keys.position), sum: normsBy(keys.sum) },
  };
}

function normsOf(rows: ReadonlyMap<string, Tensor>, layer: number): LayerNorms {
  const norm = (name: ActivationName, l = layer) => normOf(rowOf(rows, keyOf(name, l)).data);
  return {
    before: layer === 0 ? norm("residPre") : norm("residPost", layer - 1), // the same numbers
    attention: norm("attnOut"),
    afterAttention: norm("residMid"),
    mlp: norm("mlpOut"),
    after: norm("residPost"),
    key: norm("k"),
    value: norm("v"),
  };
}

/** [T, C] -> [T] */
function rowNorms(activation: Tensor): number[] {
  return Array.from({ length: activation.shape[0] as number }, (_, i) => normOf(activation.row(i).data));
}

/** sqrt(sum of squares) */
function normOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
