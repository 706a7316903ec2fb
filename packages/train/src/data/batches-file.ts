/**
 * Ready batches from a safetensors file: a tensor `ids`, I32 or I64, [steps, B, T + 1]. Other tensors are not read. The
 * file is checked as a whole first, one step at a time in memory, so that training does not begin what it cannot end.
 */
import { type ByteSource, CheckpointError, readHeader } from "@tsgpt/gpt";
import { checkOptions, required } from "@tsgpt/numeric";
import { checkCount } from "../check-range.ts";
import type { BatchSource } from "./batch-source.ts";
import { digestOf, EMPTY_DIGEST } from "./digest.ts";
import { checkPosition } from "./position.ts";

/** The model that the batches must fit. */
export interface BatchesFileOptions {
  /** Ids of the model. */
  readonly vocabSize: number;
  /** The model's longest context. */
  readonly nPositions: number;
}

/** A source that ends. */
export interface BatchesFile extends BatchSource {
  /** Batches in the file. */
  readonly steps: number;
}

const NAME = "ids";

/**
 * @throws CheckpointError naming the file, and the rule that it breaks or the first id that the model lacks; RangeError
 * for an invalid option
 */
export async function openBatchesFile(source: ByteSource, options: BatchesFileOptions): Promise<BatchesFile> {
  checkOptions("openBatchesFile", options, { vocabSize: required("number"), nPositions: required("number") });
  checkCount("openBatchesFile", "vocabSize", options.vocabSize);
  checkCount("openBatchesFile", "nPositions", options.nPositions);
  const layout = await readLayout(source, options.nPositions);
  const { steps, batchSize, length } = layout;
  let digest = EMPTY_DIGEST;
  for (let step = 0; step < steps; step++) {
    digest = digestOf(await readStep(source, layout, step, options.vocabSize), digest);
  }
  const data = { kind: "batches", steps, batchSize, context: length - 1, digest };
  let step = 0;
  return {
    steps,
    batchSize,
    context: length - 1,
    tokensPerEpoch: steps * batchSize * (length - 1),
    next: async () => {
      if (step === steps) return undefined;
      const ids = await readStep(source, layout, step, options.vocabSize);
      step++;
      return Array.from({ length: batchSize }, (_, b) => ids.subarray(b * length, (b + 1) * length));
    },
    position: () => ({ ...data, step }),
    restore: (position) => {
      const saved = checkPosition(position, data, ["step"])["step"] as number;
      if (saved > steps) throw new RangeError(`restore: step ${saved} is beyond the ${steps} of the file`);
      step = saved;
    },
  };
}

/** How the ids lie in the file. */
interface Layout {
  readonly steps: number;
  readonly batchSize: number;
  /** T + 1. */
  readonly length: number;
  readonly isI64: boolean;
  /** The offset of the first id. */
  readonly begin: number;
}

async function readLayout(source: ByteSource, nPositions: number): Promise<Layout> {
  const { tensors, dataStart } = await readHeader(source);
  const fail = (problem: string) => new CheckpointError(source.name, problem, { tensor: NAME });
  const entry = tensors.get(NAME);
  if (entry === undefined) throw fail("is missing; batches are in a tensor of this name, [steps, B, T + 1]");
  const { dtype, shape, begin } = entry;
  if (dtype !== "I32" && dtype !== "I64") throw fail(`is ${dtype}; ids are I32 or I64`);
  const [steps = 0, batchSize = 0, length = 0] = shape;
  if (shape.length !== 3 || steps < 1 || batchSize < 1 || length < 2)
    throw fail(`is [${shape}]; batches are [steps, B, T + 1], with one step, one sequence and two ids at least`);
  if (length - 1 > nPositions)
    throw fail(`is [${shape}], sequences for a context of ${length - 1}; the model's is ${nPositions}`);
  return { steps, batchSize, length, isI64: dtype === "I64", begin: dataStart + begin };
}

/** The ids of one step, [B * (T + 1)]. */
async function readStep(source: ByteSource, layout: Layout, step: number, vocabSize: number): Promise<Int32Array> {
  const { batchSize, length, isI64, begin } = layout;
  const ids = new Int32Array(batchSize * length);
  const size = isI64 ? 8 : 4;
  const bytes = new Uint8Array(ids.length * size);
  await source.read(begin + step * bytes.length, bytes);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < ids.length; i++) {
    const id = isI64 ? view.getBigInt64(i * size, true) : view.getInt32(i * size, true);
    if (id < 0 || id >= vocabSize) {
      const at = `[${step}, ${Math.floor(i / length)}, ${i % length}]`;
      const problem = `has the id ${id} at ${at}, in step ${step + 1}; the model has the ids 0 to ${vocabSize - 1}`;
      throw new CheckpointError(source.name, problem, { tensor: NAME });
    }
    ids[i] = Number(id);
  }
  return ids;
}
