/**
 * GPT-2, in reading order: embedding, blocks, final layer norm, head.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; compare openai/gpt-2's model.py, picoGPT.
 * B sequences, T new tokens of one, P past tokens, S = P + T, C channels, H heads, D = C / H, V vocabulary, L layers.
 * One pass serves a prompt, a single step, many sequences at once, and no cache at all. Left out: training, dropout.
 */
import { type Engine, Tensor } from "@tsgpt/tensor";
import { attend } from "./attend.ts";
import type { BlockParameters, Parameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config.ts";
import type { GenerationConfig } from "./generation-config.ts";
import { openPass, type Pass } from "./pass.ts";
import { checkSequences, idsOf, positionsOf, type Sequence } from "./sequences.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { blockKeys, noTrace, type Trace } from "./trace.ts";

export interface Model {
  readonly name: string;
  readonly config: GPT2Config;
  readonly parameters: Parameters;
  readonly engine: Engine;
  /** Undefined for a checkpoint without a tokenizer: it runs on ids. */
  readonly tokenizer: Tokenizer | undefined;
  /** How its authors would have it continue a text; `config` has its begin and end tokens already. */
  readonly generation?: GenerationConfig | undefined;
}

export interface PassOptions {
  /** Logits of every position (default), or of the last of each sequence alone: the head is then computed once for each. */
  readonly positions?: "all" | "last" | undefined;
  readonly trace?: Trace | undefined;
  /** Where the logits are written, for a caller that has done with the last ones: as many numbers as there are. By default, memory of their own. */
  readonly into?: Float32Array | undefined;
}

/** Of one sequence: its cache is an option of the pass. */
export interface ForwardOptions extends PassOptions, Pick<Sequence, "cache"> {}

/**
 * Logits of the next token after each of `ids`: a pass over one sequence. T ids -> [T, V], or [1, V] with positions "last"
 * @throws what `forwardBatch` throws
 */
export function forward(model: Model, ids: ArrayLike<number>, { cache, ...options }: ForwardOptions = {}): Tensor {
  return forwardBatch(model, [{ ids, cache }], options);
}

/**
 * Logits of the next token after each id of each sequence, in their order: one pass that reads every weight once for all of them. A
 * sequence sees its own tokens alone. B lists of T ids -> [sum of T, V], or [B, V] with positions "last"
 * The result is the caller's own, or a view of `into`. @throws ContextOverflowError naming the sequence whose tokens do not fit;
 * ShapeError for an unknown id; what is wrong with a list or a cache: see checkSequences. No cache has changed then
 */
export function forwardBatch(model: Model, sequences: readonly Sequence[], options: PassOptions = {}): Tensor {
  const pass = forwardByLayer(model, sequences, options);
  for (;;) {
    const step = pass.next();
    if (step.done) return step.value;
  }
}

/** The pass itself, pausing after each block, so that a long one can be watched or given up between layers. */
export function* forwardByLayer(
  model: Model,
  sequences: readonly Sequence[],
  { positions = "all", trace = noTrace, into }: PassOptions = {},
): Generator<number, Tensor> {
  checkSequences(model, sequences);
  const { config, parameters, engine } = model;
  const arena = engine.takeArena();
  try {
    const pass = openPass(config, sequences, trace, arena);
    const residual = embed(parameters, pass); // [sum of T, C]
    const mark = arena.mark();
    for (let layer = 0; layer < config.nLayer; layer++) {
      block(residual, parameters.blocks[layer] as BlockParameters, layer, pass);
      arena.release(mark);
      yield layer;
    }
    const rows = positions === "last" ? lastRows(residual, pass) : residual; // [sum of T, C] or [B, C]
    const result = copied(head(rows, parameters, pass), into);
    for (const { ids, cache } of sequences) cache?.advance(ids.length);
    return result;
  } finally {
    engine.giveArena(arena);
  }
}

/** Token embedding plus position embedding; positions go on from each sequence's past. B lists of T ids -> [sum of T, C] */
function embed({ wte, wpe }: Parameters, { sequences, embedding, add, tap }: Pass): Tensor {
  const tokens = tap("hook_embed", embedding(wte, idsOf(sequences))); // [sum of T, C]
  return add(tokens, tap("hook_pos_embed", embedding(wpe, positionsOf(sequences))));
}

/** Attention, then the MLP, each reading a normalised copy of the residual stream and adding to it. [sum of T, C], in place */
function block(residual: Tensor, { ln1, attn, ln2, mlp }: BlockParameters, layer: number, pass: Pass): void {
  const { addInto, layerNorm, tap } = pass;
  const keys = blockKeys(layer);
  addInto(tap(keys.residPre, residual), attention(layerNorm(residual, ln1), attn, layer, pass));
  addInto(tap(keys.residMid, residual), feedForward(layerNorm(residual, ln2), mlp, layer, pass));
  tap(keys.residPost, residual);
}

/** Multi-head causal self-attention, of each sequence by itself. [sum of T, C] -> [sum of T, C] */
function attention(x: Tensor, { cAttn, cProj }: BlockParameters["attn"], layer: number, pass: Pass): Tensor {
  const { columns, linear, tap, tapHeads } = pass;
  const keys = blockKeys(layer);
  const c = pass.config.nEmbd;
  const qkv = linear(tap(keys.ln1, x), cAttn); // [sum of T, 3C]
  const q = tapHeads(keys.q, columns(qkv, 0, c)); // [sum of T, C]
  const k = tapHeads(keys.k, columns(qkv, c, 2 * c)); // [sum of T, C]
  const v = tapHeads(keys.v, columns(qkv, 2 * c, 3 * c)); // [sum of T, C]
  const z = tapHeads(keys.z, attend(q, k, v, layer, pass)); // [sum of T, C]
  return tap(keys.attnOut, linear(z, cProj)); // [sum of T, C]
}

/** The MLP: up to 4 C, a non-linearity, and back. [sum of T, C] -> [sum of T, C] */
function feedForward(x: Tensor, { cFc, cProj }: BlockParameters["mlp"], layer: number, pass: Pass): Tensor {
  const { activation, linear, tap } = pass;
  const keys = blockKeys(layer);
  const pre = tap(keys.mlpPre, linear(tap(keys.ln2, x), cFc)); // [sum of T, 4C]
  const post = tap(keys.mlpPost, activation(pre)); // [sum of T, 4C]
  return tap(keys.mlpOut, linear(post, cProj)); // [sum of T, C]
}

/** The last row of each sequence. [sum of T, C] -> [B, C] */
function lastRows(residual: Tensor, { sequences, starts, embedding }: Pass): Tensor {
  if (residual.shape[0] === sequences.length) return residual;
  return embedding(
    residual,
    sequences.map((_, i) => (starts[i + 1] as number) - 1),
  );
}

/** The final layer norm, and the scores of every token. [m, C] -> [m, V] */
function head(rows: Tensor, { lnF, lmHead }: Parameters, { layerNorm, matmulTransposed, tap }: Pass): Tensor {
  return tap("logits", matmulTransposed(tap("ln_final.hook_normalized", layerNorm(rows, lnF)), lmHead));
}

/** A copy, in memory of its own or in `into`. @throws ShapeError if that has not the size */
function copied(logits: Tensor, into: Float32Array | undefined): Tensor {
  if (!into) return logits.clone();
  const result = new Tensor(into, logits.shape);
  result.data.set(logits.data);
  return result;
}
