/** The models of packages/gpt/test/fixtures, and PyTorch's gradients of them. */
import { type ByteSource, type Model, memorySource, type ReadTensor, readTensors } from "@tsgpt/gpt";
import type { Engine } from "@tsgpt/tensor";
import { loadFixture, readBytes } from "../../gpt/test/fixture-files.ts";

const FIXTURES = "packages/gpt/test/fixtures";

export const loadTiny = (name: string, engine: Engine): Promise<Model> => loadFixture(`${FIXTURES}/${name}`, engine);

/** The texts whose mean loss the gradients are of: 11, 2 and 24 ids. */
export async function sequences(): Promise<number[][]> {
  return JSON.parse(new TextDecoder().decode(await readBytes(`${FIXTURES}/gradients/sequences.json`)));
}

/** `loss`, and the gradient of each parameter by its name. */
export async function referenceGradients(name: string): Promise<Map<string, ReadTensor>> {
  return readTensors(memorySource(name, await readBytes(`${FIXTURES}/gradients/${name}.safetensors`)));
}

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
export async function readJson<T>(name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await readBytes(`${FIXTURES}/${name}`)));
}

/** A safetensors file among them. */
export async function fixtureSource(name: string): Promise<ByteSource> {
  return memorySource(name, await readBytes(`${FIXTURES}/${name}`));
}
