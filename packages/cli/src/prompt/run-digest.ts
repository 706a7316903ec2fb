/**
 * A digest of all that a run's results depend on besides its inputs: the template, the settings, the model with its
 * weights and tokenizer, their dtype, and the kernels. --resume compares it with that of the lines in the file.
 */
import { createHash } from "node:crypto";
import type { LinearParameters, Parameters, Tokenizer } from "@tsgpt/gpt";
import type { Engine, Tensor } from "@tsgpt/tensor";
import type { LoadedModel } from "../model/load-model.ts";
import type { AnswerTask } from "./answers.ts";

const DIGITS = 12;

/** The digest of a run of tsgpt prompt. */
export function runDigest({ model, body, settings }: Omit<AnswerTask, "signal">): string {
  return digestOf(model, body, settings);
}

/** The first hexadecimal digits of a SHA-256 of a model and of what is asked of it. */
export function digestOf(model: LoadedModel, ...asked: readonly unknown[]): string {
  const { name, config, parameters, engine, isDefault, tokenizer } = model;
  const generation = isDefault ? { ...model.generation, isDefault } : model.generation;
  const text = JSON.stringify([...asked, name, config, generation, parameters.wte.dtype, kernelsOf(engine)], sorted);
  const hash = createHash("sha256").update(text);
  for (const { data } of [...vectorsOf(parameters), ...rowsOf(parameters)]) hash.update(data.slice());
  for (const part of tokenizer ? partsOf(tokenizer) : []) hash.update(part);
  return hash.digest("hex").slice(0, DIGITS);
}

/** The kernels by the rounding of their sums, which another machine's may not have. */
export function kernelsOf({ kernelSet, relaxed }: Pick<Engine, "kernelSet" | "relaxed">): string {
  return relaxed === false ? `${kernelSet}, without relaxed multiply-add` : kernelSet;
}

/** Objects with their keys in one order, so that the order of options does not matter. */
function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** All vectors: they are few. */
function vectorsOf({ blocks, lnF }: Parameters): Tensor[] {
  const norms = [...blocks.flatMap(({ ln1, ln2 }) => [ln1, ln2]), lnF];
  return [...norms.flatMap(({ weight, bias }) => [weight, bias]), ...linearsOf(blocks).map(({ bias }) => bias)];
}

const linearsOf = (blocks: Parameters["blocks"]): LinearParameters[] =>
  blocks.flatMap(({ attn, mlp }) => [attn.cAttn, attn.cProj, mlp.cFc, mlp.cProj]);

/** So many values of a matrix, in whole rows, stand for all: training changes all, and there are too many to read. */
const VALUES = 1024;

function rowsOf({ wte, wpe, blocks, lmHead }: Parameters): Tensor[] {
  const matrices = [wte, wpe, lmHead, ...linearsOf(blocks).map(({ weight }) => weight)];
  return matrices.flatMap((matrix) => {
    const [rows = 0, columns = 1] = matrix.shape;
    return spread(rows, Math.ceil(VALUES / columns)).map((index) => matrix.row(index));
  });
}

/** The merges that lead to so many tokens, with their ranks, stand for all: GPT-2's take a third of a second. */
const TOKENS = 512;
/** What the rules beside the merges change: spaces, case, added tokens. */
const PROBE = "Ab 12's  x\n\u00c5<|endoftext|>";

/** What tells tokenizers apart: the bytes of every token, the merges of some, and the ids of a text. */
function partsOf(tokenizer: Tokenizer): readonly Uint8Array[] {
  const ids = Array.from({ length: tokenizer.vocabSize }, (_, id) => id);
  const tokens = ids.map((id) => tokenizer.tokenBytes(id) ?? new Uint8Array());
  const merges = spread(ids.length, TOKENS).map((id) => ofKnownBytes(() => tokenizer.tokenMerges(id)));
  const probe = ofKnownBytes(() => tokenizer.encode(PROBE));
  const others = JSON.stringify([tokens.map(({ length }) => length), merges, probe]);
  return [Buffer.concat(tokens), Buffer.from(others)];
}

/** Nothing for a byte that the vocabulary lacks. */
function ofKnownBytes<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** So many indices, or all, spread evenly over those below `length`. */
function spread(length: number, count: number): number[] {
  const kept = Math.min(count, length);
  return Array.from({ length: kept }, (_, i) => Math.floor(((i + 0.5) * length) / kept));
}
