/**
 * The names of GPT-2's parameters in a checkpoint, with the shape that the config requires and how each is used.
 * The only file with these strings. As written by transformers 5.18 (models/gpt2/modeling_gpt2.py): c_attn, c_proj and
 * c_fc are Conv1D, stored [in, out].
 */
import type { Shape, WeightRole } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { type BlockTree, listTree, type ParameterPair, type ParameterTree } from "./parameter-tree.ts";

/** A tensor that a checkpoint must contain. */
export interface ExpectedTensor {
  /** Without the prefix. */
  readonly name: string;
  readonly shape: Shape;
  readonly role: WeightRole;
  /**
   * Initial values: this number, or random; "residual" for the output projections, which add to the residual stream.
   */
  readonly initial: number | "normal" | "residual";
  /** True for what stays in float32: vectors, and wpe, of which a step reads one row. */
  readonly alwaysFloat32: boolean;
  /** The other name of a tensor that a checkpoint stores once and the model uses twice. */
  readonly sharedName?: string;
  /** The config.json keys that determine this shape, with their values: `n_embd 768`. */
  readonly because: string;
}

/**
 * Prefix of any name: checkpoints of the whole language model use it for all but the head, those of the body alone
 * never.
 */
export const PREFIX = "transformer.";
const HEAD = "lm_head.weight";

/** Every name that a tensor may have in a checkpoint. */
export function possibleNames(name: string): readonly [string, string] {
  return [name, PREFIX + name];
}

/** A name without its prefix, if it has one. */
export function bareName(name: string): string {
  return name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name;
}

/** A name with the prefix of a whole language model, or, if `prefix` is "", of the body. */
export function storedName(name: string, prefix: string = PREFIX): string {
  return name === HEAD ? name : prefix + name;
}

/** Suffix of the scales of an int8 matrix, one per output (docs/int8-layout.md). */
export const SCALE = ".scale";

const WPE = "wpe.weight";

/** Masks that older versions of transformers stored with each layer. */
const BUFFER = /^h\.\d+\.attn\.(bias|masked_bias)$/;

/** The tensors that a checkpoint of this config must contain; a tied head is `wte`. */
export function expectedTensors(config: GPT2Config): ParameterTree<ExpectedTensor> {
  const { vocabSize, nPositions, nEmbd, nLayer } = config;
  const width = `n_embd ${nEmbd}`;
  const table = (name: string, rows: number, role: WeightRole, because: string): ExpectedTensor => {
    const alwaysFloat32 = name === WPE;
    return {
      name,
      shape: [rows, nEmbd],
      role,
      initial: "normal",
      alwaysFloat32,
      because: `${because} ${rows}, ${width}`,
    };
  };
  const wte = {
    ...table("wte.weight", vocabSize, "embedding", "vocab_size"),
    // safetensors.torch.save_model stores shared tensors once, under the alphabetically first name.
    ...(config.tieWordEmbeddings && { sharedName: HEAD }),
  };
  return {
    wte,
    wpe: table(WPE, nPositions, "embedding", "n_positions"),
    blocks: Array.from({ length: nLayer }, (_, layer) => expectedBlock(`h.${layer}`, config)),
    lnF: layerNorm("ln_f", nEmbd),
    lmHead: config.tieWordEmbeddings ? wte : table(HEAD, vocabSize, "head", "vocab_size"),
  };
}

function expectedBlock(at: string, { nEmbd, nInner }: GPT2Config): BlockTree<ExpectedTensor> {
  const width = `n_embd ${nEmbd}`;
  const widths = `${width}, n_inner ${nInner}`;
  return {
    ln1: layerNorm(`${at}.ln_1`, nEmbd),
    attn: {
      cAttn: linear(`${at}.attn.c_attn`, nEmbd, 3 * nEmbd, width),
      cProj: linear(`${at}.attn.c_proj`, nEmbd, nEmbd, width, "residual"),
    },
    ln2: layerNorm(`${at}.ln_2`, nEmbd),
    mlp: {
      cFc: linear(`${at}.mlp.c_fc`, nEmbd, nInner, widths),
      cProj: linear(`${at}.mlp.c_proj`, nInner, nEmbd, widths, "residual"),
    },
  };
}

function layerNorm(at: string, width: number): ParameterPair<ExpectedTensor> {
  const vector = (part: string, initial: number): ExpectedTensor => {
    return {
      name: `${at}.${part}`,
      shape: [width],
      role: "vector",
      initial,
      alwaysFloat32: true,
      because: `n_embd ${width}`,
    };
  };
  return { weight: vector("weight", 1), bias: vector("bias", 0) };
}

function linear(
  at: string,
  input: number,
  output: number,
  because: string,
  initial: ExpectedTensor["initial"] = "normal",
): ParameterPair<ExpectedTensor> {
  return {
    weight: { name: `${at}.weight`, shape: [input, output], role: "linear", initial, alwaysFloat32: false, because },
    bias: { name: `${at}.bias`, shape: [output], role: "vector", initial: 0, alwaysFloat32: true, because },
  };
}

/** Those tensors as a list, in forward order. */
export function listExpected(config: GPT2Config): ExpectedTensor[] {
  return listTree(expectedTensors(config));
}

/** True for a tensor (name without prefix) that a checkpoint may contain and the forward pass does not read. */
export function isIgnored(name: string, config: GPT2Config): boolean {
  return BUFFER.test(name) || (name === HEAD && config.tieWordEmbeddings);
}

/** Heads of other models with GPT-2's body: those of transformers' classes, and TRL's value head. */
const OTHER_HEADS: readonly (readonly [pattern: RegExp, head: string])[] = [
  [/^v(alue)?_head\./, "the value head of a model trained by reinforcement (TRL)"],
  [/^score\./, "the head of GPT2ForSequenceClassification"],
  [/^classifier\./, "the head of GPT2ForTokenClassification"],
  [/^qa_outputs\./, "the head of GPT2ForQuestionAnswering"],
  [/^multiple_choice_head\./, "the second head of GPT2DoubleHeadsModel"],
];

/**
 * The kind of head that a tensor (name without prefix) belongs to, if it is not a language model's; undefined if
 * unknown.
 */
export function otherHead(name: string): string | undefined {
  return OTHER_HEADS.find(([pattern]) => pattern.test(name))?.[1];
}
