/**
 * A digest of all that a run's results depend on besides its inputs: the template, the settings, the model with its
 * weights, their dtype, and the kernels. --resume compares it with that of the lines in the file.
 */
import { createHash } from "node:crypto";
import type { Model } from "@tsgpt/gpt";
import type { Engine } from "@tsgpt/tensor";
import type { LoadedModel } from "../model/load-model.ts";
import type { AnswerTask } from "./answers.ts";

const DIGITS = 12;

/** The digest of a run of tsgpt prompt. */
export function runDigest({ model, body, settings }: Omit<AnswerTask, "signal">): string {
  return digestOf(model, body, settings);
}

/** The first hexadecimal digits of a SHA-256 of a model and of what is asked of it. */
export function digestOf(model: LoadedModel, ...asked: readonly unknown[]): string {
  const { name, config, parameters, engine, isDefault } = model;
  const generation = isDefault ? { ...model.generation, isDefault } : model.generation;
  const text = JSON.stringify([...asked, name, config, generation, parameters.wte.dtype, kernelsOf(engine)], sorted);
  const hash = createHash("sha256").update(text);
  for (const weights of layerNorms(model)) hash.update(Float32Array.from(weights));
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

/** The weights of the layer norms stand for all: training changes them, and they are few. */
function layerNorms({ parameters: { blocks, lnF } }: Model): Float32Array[] {
  const layers = [...blocks.flatMap(({ ln1, ln2 }) => [ln1, ln2]), lnF];
  return layers.flatMap(({ weight, bias }) => [weight.data, bias.data]);
}
