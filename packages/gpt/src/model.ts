/**
 * GPT-2, in reading order: embedding, blocks, final layer norm, head.
 * Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"; compare openai/gpt-2's model.py, picoGPT.
 * B sequences, T new tokens of one, P past tokens, S = P + T, C channels, H heads, D = C / H, V vocabulary, L layers.
 * One pass serves a prompt, a single step, many sequences at once, and no cache at all. Left out: training, dropout.
 */
import { type Checks, checkOptions, type Kind, objectWith, oneOf } from "@tsgpt/numeric";
import { copyInto, type Engine, Tensor } from "@tsgpt/tensor";
import { checkModel } from "./check-model.ts";
import type { BlockParameters, Parameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config/config.ts";
import type { GenerationConfig } from "./config/generation-config.ts";
import { attend } from "./pass/attend.ts";
import { openPass, type Pass } from "./pass/pass.ts";
import { checkSequences, idsOf, positionsOf, type Sequence } from "./pass/sequences.ts";
import type { Tokenizer } from "./tokenizer/tokenizer.ts";
import { noTrace, type Trace } from "./trace.ts";

/** A model: its config, its parameters in an engine, and its tokenizer. */
export interface Model {
  readonly name: string;
  readonly config: GPT2Config;
  readonly parameters: Parameters;
  readonly engine: Engine;
  /** Undefined for a checkpoint without a tokenizer; prompts are then token ids. */
  readonly tokenizer: Tokenizer | undefined;
  /** The checkpoint's own generation defaults; its begin and end tokens are already in `config`. */
  readonly generation?: GenerationConfig | undefined;
}

/** What a forward pass returns and records. */
export interface PassOptions {
  /** Logits of every position (default), or only of the last of each sequence, which is all the head then computes. */
  readonly positions?: "all" | "last" | undefined;
  readonly trace?: Trace | undefined;
  /** Where to write the logits, exactly their size; by default, new memory. */
  readonly into?: Float32Array | undefined;
}

/** Options of a pass over one sequence, its cache among them. */
export interface ForwardOptions extends PassOptions, Pick<Sequence, "cache"> {}

/** One of another window too, which `instanceof` would refuse. */
const float32Array: Kind<Float32Array> = {
  rule: "a Float32Array",
  holds: (value) => ArrayBuffer.isView(value) && Reflect.get(value, Symbol.toStringTag) === "Float32Array",
};

export const passChecks: Checks<PassOptions> = {
  positions: oneOf("all", "last"),
  trace: objectWith("a Trace", "wants", "visit"),
  into: float32Array,
};
const FORWARD_CHECKS: Checks<ForwardOptions> = {
  ...passChecks,
  cache: objectWith("a KVCache", "truncate", "capacity"),
};

/**
 * Logits of the next token after each of `ids`: a pass over one sequence. @throws what `forwardBatch` throws
 * T ids -> [T, V], or [1, V] with positions "last"
 */
export function forward(model: Model, ids: ArrayLike<number>, options: ForwardOptions = {}): Tensor {
  checkOptions("forward", options, FORWARD_CHECKS);
  checkModel("forward", model);
  const { cache, ...others } = options;
  return run(layers(model, [{ ids, cache }], others));
}

/**
 * Logits of the next token after each id of each sequence, in order: one pass, which reads every weight once for all of
 * them. A sequence sees only its own tokens. The result belongs to the caller, or is a view of `into`.
 * B lists of T ids -> [sum of T, V], or [B, V] with positions "last"
 * @throws ContextOverflowError naming the sequence whose tokens do not fit; ShapeError for an unknown id; for a wrong
 * list or cache, see checkSequences; RangeError for an invalid option. Caches are unchanged after an error.
 */
export function forwardBatch(model: Model, sequences: readonly Sequence[], options: PassOptions = {}): Tensor {
  checkOptions("forwardBatch", options, passChecks);
  checkModel("forwardBatch", model);
  return run(layers(model, sequences, options));
}

/** The result of a pass, without a pause. */
function run(pass: Generator<number, Tensor>): Tensor {
  for (;;) {
    const step = pass.next();
    if (step.done) return step.value;
  }
}

/** The pass as a generator that yields after each block, so that a long one can be observed or aborted in between. */
export function forwardByLayer(
  model: Model,
  sequences: readonly Sequence[],
  options: PassOptions = {},
): Generator<number, Tensor> {
  checkOptions("forwardByLayer", options, passChecks);
  checkModel("forwardByLayer", model);
  return layers(model, sequences, options);
}

const BLOCK_CHECKS: Checks<Pick<PassOptions, "trace">> = { trace: passChecks.trace };

/**
 * One block alone, over a whole text without a cache: the residual stream after it, from that before it. A trace gives
 * its activations again, for the price of one block. The result has the bits of a whole pass.
 * [T, C] -> [T, C]
 * @throws RangeError for a layer that the model does not have; ShapeError for a residual stream of another shape
 */
export function forwardBlock(
  model: Model,
  layer: number,
  residual: Tensor,
  options: Pick<PassOptions, "trace"> = {},
): Tensor {
  checkOptions("forwardBlock", options, BLOCK_CHECKS);
  checkModel("forwardBlock", model);
  const { config, parameters, engine } = model;
  const parts = parameters.blocks[layer];
  if (!parts) throw new RangeError(`forwardBlock: layer must be from 0 to ${config.nLayer - 1}, got ${layer}`);
  const sequences = [{ ids: new Uint32Array(residual.shape[0] as number) }]; // only their number matters
  checkSequences(model, sequences);
  const arena = engine.takeArena();
  try {
    const pass = openPass(config, sequences, options.trace ?? noTrace, arena);
    pass.layer = layer;
    const own = copyInto(arena.allocate([residual.shape[0] as number, config.nEmbd]), residual, engine);
    block(own, parts, pass);
    return copied(own, undefined, engine);
  } finally {
    engine.giveArena(arena);
  }
}

function* layers(
  model: Model,
  sequences: readonly Sequence[],
  { positions = "all", trace = noTrace, into }: PassOptions,
): Generator<number, Tensor> {
  checkSequences(model, sequences);
  const { config, parameters, engine } = model;
  const arena = engine.takeArena();
  try {
    const pass = openPass(config, sequences, trace, arena);
    const residual = embed(parameters, pass); // [sum of T, C]
    const mark = arena.mark();
    for (let layer = 0; layer < config.nLayer; layer++) {
      pass.layer = layer;
      block(residual, parameters.blocks[layer] as BlockParameters, pass);
      arena.release(mark);
      yield layer;
    }
    const rows = positions === "last" ? lastRows(residual, pass) : residual; // [sum of T, C] or [B, C]
    const result = copied(head(rows, parameters, pass), into, engine);
    for (const { ids, cache } of sequences) cache?.advance(ids.length);
    return result;
  } finally {
    engine.giveArena(arena);
  }
}

/**
 * One block of a pass without a cache, from the residual stream before it to that after it, in place: what a backward
 * pass computes again instead of keeping it. [sum of T, C]
 */
export function forwardBlockInPlace(
  { config, parameters, engine }: Model,
  sequences: readonly Sequence[],
  layer: number,
  residual: Tensor,
  trace: Trace,
): void {
  const arena = engine.takeArena();
  try {
    const pass = openPass(config, sequences, trace, arena);
    pass.layer = layer;
    block(residual, parameters.blocks[layer] as BlockParameters, pass);
  } finally {
    engine.giveArena(arena);
  }
}

/** Token embedding plus position embedding, continuing from each sequence's past. B lists of T ids -> [sum of T, C] */
function embed({ wte, wpe }: Parameters, { sequences, embedding, add, tap }: Pass): Tensor {
  const tokens = tap("embed", embedding(wte, idsOf(sequences))); // [sum of T, C]
  return add(tokens, tap("posEmbed", embedding(wpe, positionsOf(sequences))));
}

/** One block: attention, then the MLP; each reads a normalized copy of the residual and adds to it. [sum of T, C] */
function block(residual: Tensor, { ln1, attn, ln2, mlp }: BlockParameters, pass: Pass): void {
  const { addInto, layerNorm, tap } = pass;
  addInto(tap("residPre", residual), attention(layerNorm(residual, ln1), attn, pass));
  addInto(tap("residMid", residual), feedForward(layerNorm(residual, ln2), mlp, pass));
  tap("residPost", residual);
}

/** Multi-head causal self-attention, within each sequence. [sum of T, C] -> [sum of T, C] */
function attention(x: Tensor, { cAttn, cProj }: BlockParameters["attn"], pass: Pass): Tensor {
  const { columns, linear, tap } = pass;
  const c = pass.config.nEmbd;
  const qkv = linear(tap("ln1", x), cAttn); // [sum of T, 3C]
  const q = tap("q", columns(qkv, 0, c)); // [sum of T, C]
  const k = tap("k", columns(qkv, c, 2 * c)); // [sum of T, C]
  const v = tap("v", columns(qkv, 2 * c, 3 * c)); // [sum of T, C]
  const z = tap("z", attend(q, k, v, pass)); // [sum of T, C]
  return tap("attnOut", linear(z, cProj)); // [sum of T, C]
}

/** The MLP: up to 4C, a non-linearity, and back. [sum of T, C] -> [sum of T, C] */
function feedForward(x: Tensor, { cFc, cProj }: BlockParameters["mlp"], { activation, linear, tap }: Pass): Tensor {
  const pre = tap("mlpPre", linear(tap("ln2", x), cFc)); // [sum of T, 4C]
  const post = tap("mlpPost", activation(pre)); // [sum of T, 4C]
  return tap("mlpOut", linear(post, cProj)); // [sum of T, C]
}

/** The last row of each sequence. [sum of T, C] -> [B, C] */
function lastRows(residual: Tensor, { sequences, starts, embedding }: Pass): Tensor {
  if (residual.shape[0] === sequences.length) return residual;
  return embedding(
    residual,
    sequences.map((_, i) => (starts[i + 1] as number) - 1),
  );
}

/** The final layer norm, and the logits of every token. [m, C] -> [m, V] */
function head(rows: Tensor, { lnF, lmHead }: Parameters, { layerNorm, matmulTransposed, tap }: Pass): Tensor {
  return tap("logits", matmulTransposed(tap("lnFinal", layerNorm(rows, lnF)), lmHead));
}

/** A copy that belongs to the caller, in `into` if given. @throws ShapeError if that has another size */
function copied(logits: Tensor, into: Float32Array | undefined, engine: Engine): Tensor {
  const result = into ? new Tensor(into, logits.shape) : Tensor.zeros(logits.shape);
  return copyInto(result, logits, engine);
}
