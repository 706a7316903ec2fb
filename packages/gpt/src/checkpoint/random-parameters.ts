/**
 * A checkpoint of a given shape with random weights, for benchmarks and tests: no file is read, and every engine loads
 * it like a file. Initialized as transformers 5.18 initializes GPT-2 (models/gpt2/modeling_gpt2.py, _init_weights):
 * weights N(0, 0.02), projections into the residual stream N(0, 0.02 / sqrt(2 L)), biases 0, layer norms 1 and 0.
 * An element depends only on its tensor, its index and the seed, so that it can be read in any order and in any pieces,
 * and has the same bits on every machine.
 */
import { checkOptions, normalTable } from "@tsgpt/numeric";
import { type Engine, sizeOf } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Model } from "../model.ts";
import type { ByteSource } from "./byte-source.ts";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import { type ExpectedTensor, listExpected, storedName } from "./names.ts";
import { type LoadOptions, loadChecks, loadParameters } from "./parameters.ts";

const DEVIATION = 0.02;

/**
 * A model without tokenizer, with weights drawn from `seed`.
 * @throws RangeError for an invalid option, or unless the seed is an integer from 0 to 2^32 - 1
 */
export async function randomModel(
  name: string,
  config: GPT2Config,
  engine: Engine,
  seed = 0,
  options: LoadOptions = {},
): Promise<Model> {
  checkOptions("randomModel", options, loadChecks);
  const checkpoint = randomCheckpoint(name, config, seed);
  return {
    name,
    config,
    parameters: await loadParameters(checkpoint, config, engine, options),
    engine,
    tokenizer: undefined,
  };
}

/**
 * The checkpoint that `randomModel` loads, under the names of transformers' GPT2LMHeadModel; F32, generated as it is
 * read.
 * @throws RangeError unless the seed is an integer from 0 to 2^32 - 1
 */
export function randomCheckpoint(name: string, config: GPT2Config, seed: number): Checkpoint {
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw new RangeError(`randomModel: seed must be a whole number from 0 to 2^32 - 1, got ${seed}`);
  }
  const normal = normalTable();
  const deviations = { normal: DEVIATION, residual: DEVIATION / Math.sqrt(2 * config.nLayer) };
  const tensors = listExpected(config).map((tensor, i): [string, StoredTensor] => {
    const { initial } = tensor;
    const key = mix(seed ^ mix(i + 1));
    const fill: Fill =
      typeof initial === "number"
        ? (into) => into.fill(initial)
        : (into, start) => fillNormal(into, start, key, { normal, deviation: deviations[initial] });
    return [storedName(tensor.name), randomTensor(tensor, fill)];
  });
  return { name, tensors: new Map(tensors) };
}

/** Writes the elements from index `start` on. */
type Fill = (into: Float32Array, start: number) => void;

function randomTensor({ name, shape }: ExpectedTensor, fill: Fill): StoredTensor {
  const size = 4 * sizeOf(shape);
  const read: ByteSource["read"] = async (offset, into) => {
    const values = new Float32Array(into.length / 4);
    fill(values, offset / 4);
    into.set(new Uint8Array(values.buffer));
  };
  return { dtype: "F32", shape, begin: 0, end: size, source: { name, size, read } };
}

function fillNormal(
  into: Float32Array,
  start: number,
  key: number,
  { normal, deviation }: { readonly normal: Float32Array; readonly deviation: number },
): void {
  for (let i = 0; i < into.length; i++) {
    // Applied twice, because the tensors' ranges of a single sequence of 2^32 numbers would overlap.
    const bits = mix(mix(start + i) ^ key);
    into[i] = (normal[bits >>> 16] as number) * deviation;
  }
}

/** A permutation of the 32-bit integers. @see https://nullprogram.com/blog/2018/07/31 (lowbias32) */
function mix(value: number): number {
  let x = value;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
