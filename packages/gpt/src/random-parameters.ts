/**
 * A model of a given shape with random weights, for measuring: no file is read, and every engine loads it as it loads a
 * checkpoint. As GPT-2 begins its training: weights near N(0, 0.02), biases 0, layer norms 1 and 0.
 * An element depends on its tensor, its index and the seed alone, so that it may be read in any order and in any pieces.
 */
import { type Engine, sizeOf } from "@tsgpt/tensor";
import type { ByteSource } from "./checkpoint/byte-source.ts";
import type { Checkpoint, StoredTensor } from "./checkpoint/checkpoint.ts";
import { type ExpectedTensor, expectedTensors, listExpected } from "./checkpoint/names.ts";
import { type LoadOptions, loadParameters } from "./checkpoint/parameters.ts";
import type { GPT2Config } from "./config.ts";
import type { Model } from "./model.ts";

/** The sum of four bytes has mean 510 and deviation sqrt(4 (256^2 - 1) / 12) = 147.8. */
const MEAN = 510;
const SCALE = 0.02 / Math.sqrt((4 * (256 ** 2 - 1)) / 12);

/** A model without tokenizer, its weights drawn by `seed`. @throws RangeError unless the seed is a whole number below 2^32 */
export async function randomModel(
  name: string,
  config: GPT2Config,
  engine: Engine,
  seed = 0,
  options: LoadOptions = {},
): Promise<Model> {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`randomModel: seed must be a whole number from 0 to 2^32 - 1, got ${seed}`);
  }
  const expected = listExpected(expectedTensors(config));
  const tensors = new Map(expected.map((tensor, i) => [tensor.name, randomTensor(tensor, mix(seed ^ mix(i + 1)))]));
  const checkpoint: Checkpoint = { name, tensors };
  return {
    name,
    config,
    parameters: await loadParameters(checkpoint, config, engine, options),
    engine,
    tokenizer: undefined,
  };
}

function randomTensor({ name, shape, role }: ExpectedTensor, start: number): StoredTensor {
  const size = 4 * sizeOf(shape);
  const constant = name.endsWith(".weight") ? 1 : 0;
  const source: ByteSource = {
    name,
    size,
    read: async (offset, into) => {
      if (role === "vector") writeConstant(into, constant);
      else writeNormal(into, start + offset / 4);
    },
  };
  return { dtype: "F32", shape, begin: 0, end: size, source };
}

function writeConstant(into: Uint8Array, value: number): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at < into.length; at += 4) view.setFloat32(at, value, true);
}

function writeNormal(into: Uint8Array, start: number): void {
  const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
  for (let at = 0; at < into.length; at += 4) {
    const bits = mix((start + at / 4) >>> 0);
    const sum = (bits & 255) + ((bits >>> 8) & 255) + ((bits >>> 16) & 255) + (bits >>> 24);
    view.setFloat32(at, (sum - MEAN) * SCALE, true);
  }
}

/** A whole number below 2^32 for another, each once. @see https://nullprogram.com/blog/2018/07/31 (lowbias32) */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
