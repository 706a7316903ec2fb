/** The models of packages/gpt/test/fixtures, and PyTorch's gradients of them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ByteSource, type Model, memorySource, type ReadTensor, readTensors } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import type { Engine } from "@tsgpt/tensor";

const FIXTURES = new URL("../../gpt/test/fixtures/", import.meta.url);

export const loadFixture = (name: string, engine: Engine): Promise<Model> =>
  loadModel(fileURLToPath(new URL(name, FIXTURES)), { engine });

/** The texts whose mean loss the gradients are of: 11, 2 and 24 ids. */
export const SEQUENCES: readonly (readonly number[])[] = JSON.parse(
  readFileSync(new URL("gradients/sequences.json", FIXTURES), "utf8"),
);

/** `loss`, and the gradient of each parameter by its name. */
export const referenceGradients = (name: string): Promise<Map<string, ReadTensor>> =>
  readTensors(memorySource(name, readFileSync(new URL(`gradients/${name}.safetensors`, FIXTURES))));

export const TINY = [
  "tiny-tied",
  "tiny-untied",
  "tiny-gelu-erf",
  "tiny-gelu-pytorch-tanh",
  "tiny-quick-gelu",
  "tiny-silu",
  "tiny-relu",
  "tiny-f16",
  "tiny-bf16",
  "tiny-sharded",
  "tiny-no-prefix-with-masks",
  "tiny-inverse-layer-scale",
  "tiny-no-scale",
  "tiny-upcast",
  "tiny-odd-sizes",
] as const;

/** A JSON file among them. */
export const readJson = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, FIXTURES), "utf8"));

/** A safetensors file among them. */
export const fixtureSource = (name: string): ByteSource => memorySource(name, readFileSync(new URL(name, FIXTURES)));
