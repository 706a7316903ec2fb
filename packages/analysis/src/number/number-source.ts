/** Where the numbers of a pass are read: its activations and the model's parameters, by name and index. */
import type { Model } from "@tsgpt/gpt";
import { expectedTensors } from "@tsgpt/gpt/training";
import { type Shape, Tensor, type Weight } from "@tsgpt/tensor";
import type { Factor, NumberName } from "./opened-number.ts";

/** A model, the ids of a text, and the activations of a pass over it without a cache. */
export interface NumberSource {
  readonly model: Model;
  readonly ids: readonly number[];
  /** The activation of this key, all of the text's rows. Is asked again and again: it should keep what it computes. */
  readonly activation: (key: string) => Tensor;
}

/** A parameter of the model: its name in the checkpoint, and its numbers. */
export interface NamedParameter {
  readonly name: string;
  readonly weight: Weight;
}

/** The parameters of a model with their names, in the structure of `Model.parameters`. */
export function namedParameters({ config, parameters }: Model) {
  const { wte, wpe, blocks, lnF, lmHead } = expectedTensors(config);
  const named = ({ name }: { readonly name: string }, weight: Weight): NamedParameter => ({ name, weight });
  const pair = (
    names: { readonly weight: { readonly name: string }; readonly bias: { readonly name: string } },
    { weight, bias }: { readonly weight: Weight; readonly bias: Weight },
  ) => ({ weight: named(names.weight, weight), bias: named(names.bias, bias) });
  return {
    wte: named(wte, parameters.wte),
    wpe: named(wpe, parameters.wpe),
    blocks: parameters.blocks.map(({ ln1, attn, ln2, mlp }, layer) => {
      const names = blocks[layer]!;
      return {
        ln1: pair(names.ln1, ln1),
        attn: { cAttn: pair(names.attn.cAttn, attn.cAttn), cProj: pair(names.attn.cProj, attn.cProj) },
        ln2: pair(names.ln2, ln2),
        mlp: { cFc: pair(names.mlp.cFc, mlp.cFc), cProj: pair(names.mlp.cProj, mlp.cProj) },
      };
    }),
    lnF: pair(lnF, parameters.lnF),
    lmHead: named(lmHead ?? wte, parameters.lmHead),
  };
}

/** The number at an index of a tensor. @throws RangeError for an index that it does not have */
export function numberAt({ shape, data }: Tensor, { tensor, index }: NumberName): number {
  return data[offsetOf(shape, { tensor, index })]!;
}

/** @throws RangeError for an index that the shape does not have */
export function offsetOf(shape: Shape, { tensor, index }: NumberName): number {
  const isInside =
    index.length === shape.length && index.every((at, i) => Number.isInteger(at) && at >= 0 && at < shape[i]!);
  if (!isInside) {
    throw new RangeError(
      `openNumber: ${tensor} has no index [${index.join(", ")}]; its shape is [${shape.join(", ")}]`,
    );
  }
  return index.reduce((offset, at, i) => offset * shape[i]! + at, 0);
}

/** A number of an activation as a factor. */
export function fromActivation(source: NumberSource, tensor: string, ...index: readonly number[]): Factor {
  return { value: numberAt(source.activation(tensor), { tensor, index }), from: { tensor, index } };
}

/** A number of a parameter as a factor. */
export function fromParameter({ name, weight }: NamedParameter, ...index: readonly number[]): Factor {
  const from = { tensor: name, index };
  offsetOf(weight.shape, from);
  return { value: parameterAt(weight, index), from };
}

function parameterAt(weight: Weight, index: readonly number[]): number {
  if (weight instanceof Tensor) return numberAt(weight, { tensor: "", index });
  return weight.row(index[0]!).data[index[1]!]!;
}
