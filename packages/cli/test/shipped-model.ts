/** What the commands say of the model that is shipped, read from its file, so that another can take its place. */
import { readFileSync } from "node:fs";
import { memorySource, readHeader } from "@tsgpt/gpt";

const file = new URL("../../../weights/fairytales/model.safetensors", import.meta.url);

/** Its numbers, and their bytes as stored. */
export async function shippedModel(): Promise<{ parameters: number; bytes: number }> {
  const { tensors } = await readHeader(memorySource("model.safetensors", readFileSync(file)));
  let [parameters, bytes] = [0, 0];
  for (const { shape, begin, end } of tensors.values()) {
    parameters += shape.reduce((size, length) => size * length, 1);
    bytes += end - begin;
  }
  return { parameters, bytes };
}
