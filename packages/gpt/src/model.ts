/**
 * GPT-2, in reading order: embedding, blocks, final layer norm, head.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; compare openai/gpt-2's model.py, picoGPT.
 * T new tokens, P past tokens, S = P + T, C channels, H heads, D = C / H, V vocabulary, L layers.
 * One pass serves the prompt, a single step, and no cache at all. Left out: training, dropout, batches.
 */
import {
  type Arena,
  add,
  addInto,
  attention as attend,
  attentionInto,
  columns,
  type Engine,
  embedding,
  gelu,
  layerNorm,
  linear,
  matmulTransposed,
  relu,
  storeHeads,
  Tensor,
} from "@tsgpt/tensor";
import type { BlockParameters, Parameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config.ts";
import { ContextOverflowError } from "./errors.ts";
import type { GenerationConfig } from "./generation-config.ts";
import type { KVCache } from "./kv-cache.ts";
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

export interface ForwardOptions {
  /** Holds the keys and values of the tokens before `ids`, and takes theirs. Without one, `ids` is the whole text. */
  readonly cache?: KVCache | undefined;
  /** Logits of every position (default), or of the last alone: the head is then computed once. */
  readonly positions?: "all" | "last" | undefined;
  readonly trace?: Trace | undefined;
  /** Where the logits are written, for a caller that has done with the last ones: as many numbers as there are. By default, memory of their own. */
  readonly into?: Float32Array | undefined;
}

/** What every part of one pass shares. */
interface Pass {
  readonly config: GPT2Config;
  readonly arena: Arena; // scratch, and the kernels
  readonly cache: KVCache | undefined;
  readonly past: number; // P
  readonly trace: Trace;
}

/**
 * Logits of the next token after each of `ids`. T ids -> [T, V], or [1, V] with positions "last"
 * The result is the caller's own, or a view of `into`. @throws ContextOverflowError if the tokens do not fit; ShapeError for an unknown id
 */
export function forward(model: Model, ids: ArrayLike<number>, options: ForwardOptions = {}): Tensor {
  const pass = forwardByLayer(model, ids, options);
  for (;;) {
    const step = pass.next();
    if (step.done) return step.value;
  }
}

/** The pass itself, pausing after each block, so that a long prompt can be watched or given up between layers. */
export function* forwardByLayer(
  { config, parameters, engine }: Model,
  ids: ArrayLike<number>,
  { cache, positions = "all", trace = noTrace, into }: ForwardOptions = {},
): Generator<number, Tensor> {
  checkContext(config, ids.length, cache);
  const arena = engine.takeArena();
  try {
    const pass: Pass = { config, arena, cache, past: cache?.length ?? 0, trace };
    const residual = embed(ids, parameters, pass); // [T, C]
    const mark = arena.mark();
    for (let layer = 0; layer < config.nLayer; layer++) {
      block(residual, parameters.blocks[layer] as BlockParameters, layer, pass);
      arena.release(mark);
      yield layer;
    }
    const rows = positions === "last" ? residual.slice(ids.length - 1, ids.length) : residual; // [T, C] or [1, C]
    const normalized = normalize(rows, parameters.lnF, "ln_final.hook_normalized", pass);
    const logits = matmulTransposed(normalized, parameters.lmHead, arena); // [T, V] or [1, V]
    const result = copied(trace.visit("logits", logits), into);
    cache?.advance(ids.length);
    return result;
  } finally {
    engine.giveArena(arena);
  }
}

/** Token embedding plus position embedding. T ids -> [T, C] */
function embed(ids: ArrayLike<number>, { wte, wpe }: Parameters, { arena, past, trace }: Pass): Tensor {
  const positions = Array.from({ length: ids.length }, (_, i) => past + i);
  const tokens = trace.visit("hook_embed", embedding(wte, ids, arena));
  return add(tokens, trace.visit("hook_pos_embed", embedding(wpe, positions, arena)), arena);
}

/** Attention, then the MLP, each reading a normalised copy of the residual stream and adding to it. [T, C] -> [T, C] */
function block(residual: Tensor, { ln1, attn, ln2, mlp }: BlockParameters, layer: number, pass: Pass): void {
  const { arena, trace } = pass;
  const keys = blockKeys(layer);
  hold(residual, trace.visit(keys.residPre, residual));
  const attnOut = attention(normalize(residual, ln1, keys.ln1, pass), attn, layer, pass);
  addInto(residual, trace.visit(keys.attnOut, attnOut), arena);
  hold(residual, trace.visit(keys.residMid, residual));
  const mlpOut = feedForward(normalize(residual, ln2, keys.ln2, pass), mlp, layer, pass);
  addInto(residual, trace.visit(keys.mlpOut, mlpOut), arena);
  hold(residual, trace.visit(keys.residPost, residual));
}

/** Multi-head causal self-attention. [T, C] -> [T, C] */
function attention(x: Tensor, { cAttn, cProj }: BlockParameters["attn"], layer: number, pass: Pass): Tensor {
  const { config, arena } = pass;
  const hooks = blockKeys(layer);
  const c = config.nEmbd;
  const qkv = linear(x, cAttn.weight, cAttn.bias, arena); // [T, 3C]
  const q = visitHeads(hooks.q, columns(qkv, 0, c, arena), pass); // [T, C]
  const k = visitHeads(hooks.k, columns(qkv, c, 2 * c, arena), pass); // [T, C]
  const v = visitHeads(hooks.v, columns(qkv, 2 * c, 3 * c, arena), pass); // [T, C]
  const { keys, values } = keysAndValues(k, v, layer, pass); // [H, capacity, D]
  const z = visitHeads(hooks.z, weighted(q, keys, values, layer, pass), pass); // [T, C]
  return linear(z, cProj.weight, cProj.bias, arena); // [T, C]
}

/** The keys and values of all tokens so far: in the cache, or without one, those just computed. [T, C] -> [H, >= S, D] */
function keysAndValues(k: Tensor, v: Tensor, layer: number, { config, arena, cache }: Pass) {
  if (cache) {
    cache.store(layer, k, v);
    return { keys: cache.keys(layer), values: cache.values(layer) };
  }
  const shape = [config.nHead, k.shape[0] as number, config.nEmbd / config.nHead]; // [H, T, D]
  const keys = arena.allocate(shape);
  const values = arena.allocate(shape);
  storeHeads(keys, k, 0, arena);
  storeHeads(values, v, 0, arena);
  return { keys, values };
}

/** z = pattern V, where pattern = softmax(q K^T / sqrt(D)), causal. A hook on scores or pattern changes what follows. */
function weighted(q: Tensor, keys: Tensor, values: Tensor, layer: number, { config, arena, past, trace }: Pass) {
  const options = { past, scale: attentionScale(config, layer) };
  const { scores: scoresKey, pattern: patternKey } = blockKeys(layer);
  if (!trace.wants(scoresKey) && !trace.wants(patternKey)) return attend(q, keys, values, options, arena);
  const t = q.shape[0] as number;
  const scores = arena.allocate([config.nHead, t, past + t]); // [H, T, S]
  const pattern = arena.allocate([config.nHead, t, past + t]); // [H, T, S]
  const z = attend(q, keys, values, { ...options, scores, pattern }, arena);
  const newScores = trace.visit(scoresKey, scores);
  if (newScores !== scores) {
    attentionInto(z, q, keys, values, { ...options, scores: newScores, pattern, from: "scores" }, arena);
  }
  const newPattern = trace.visit(patternKey, pattern);
  if (newPattern !== pattern) {
    attentionInto(z, q, keys, values, { ...options, pattern: newPattern, from: "pattern" }, arena);
  }
  return z;
}

/** The factor on q . k: 1 / sqrt(D), unless the config says otherwise. */
function attentionScale({ nEmbd, nHead, scaleAttnWeights, scaleAttnByInverseLayerIdx }: GPT2Config, layer: number) {
  const scale = scaleAttnWeights ? 1 / Math.sqrt(nEmbd / nHead) : 1;
  return scaleAttnByInverseLayerIdx ? scale / (layer + 1) : scale;
}

/** The MLP: up to 4 C, a non-linearity, and back. [T, C] -> [T, C] */
function feedForward(x: Tensor, { cFc, cProj }: BlockParameters["mlp"], layer: number, pass: Pass): Tensor {
  const { config, arena, trace } = pass;
  const keys = blockKeys(layer);
  const pre = trace.visit(keys.mlpPre, linear(x, cFc.weight, cFc.bias, arena)); // [T, 4C]
  const post = trace.visit(keys.mlpPost, activate(pre, config, arena)); // [T, 4C]
  return linear(post, cProj.weight, cProj.bias, arena); // [T, C]
}

function activate(x: Tensor, { activationFunction }: GPT2Config, arena: Arena): Tensor {
  if (activationFunction === "relu") return relu(x, arena);
  return gelu(x, activationFunction === "gelu" ? "erf" : "tanh", arena);
}

function normalize(x: Tensor, parameters: Parameters["lnF"], key: string, { config, arena, trace }: Pass): Tensor {
  return trace.visit(key, layerNorm(x, parameters, config.layerNormEpsilon, arena));
}

/** Shows a hook the heads apart, and goes on with them side by side. [T, C] as [T, H, D] -> [T, C] */
function visitHeads(key: string, x: Tensor, { config, trace }: Pass): Tensor {
  if (!trace.wants(key)) return x;
  const [t, c] = x.shape as [number, number];
  return trace.visit(key, x.reshape([t, config.nHead, c / config.nHead])).reshape(x.shape);
}

/** A copy, in memory of its own or in `into`. @throws ShapeError if that has not the size */
function copied(logits: Tensor, into: Float32Array | undefined): Tensor {
  if (!into) return logits.clone();
  const result = new Tensor(into, logits.shape);
  result.data.set(logits.data);
  return result;
}

/** Puts what a hook returned into the residual stream. */
function hold(residual: Tensor, visited: Tensor): void {
  if (visited !== residual) residual.data.set(visited.data);
}

function checkContext({ nPositions }: GPT2Config, adding: number, cache: KVCache | undefined): void {
  if (adding === 0) throw new RangeError("forward: needs at least one token id, got none");
  const past = cache?.length ?? 0;
  if (past + adding > nPositions) {
    throw new ContextOverflowError({ past, adding, limit: nPositions, what: "nPositions" });
  }
  cache?.checkRoom(adding);
}
