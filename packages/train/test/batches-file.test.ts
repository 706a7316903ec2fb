/** Files of ready batches. */
import { CheckpointError, memorySource } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { openBatchesFile } from "../src/index.ts";

interface Written {
  readonly dtype?: "I32" | "I64" | "F32";
  readonly name?: string;
  readonly shape: readonly number[];
  readonly ids: readonly number[];
}

/** A safetensors file with one tensor. */
function file({ dtype = "I32", name = "ids", shape, ids }: Written): Uint8Array {
  const numbers = dtype === "I64" ? BigInt64Array.from(ids, BigInt) : Int32Array.from(ids);
  const header = new TextEncoder().encode(
    JSON.stringify({ [name]: { dtype, shape, data_offsets: [0, numbers.byteLength] } }),
  );
  const bytes = new Uint8Array(8 + header.length + numbers.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(header.length), true);
  bytes.set(header, 8);
  bytes.set(new Uint8Array(numbers.buffer), 8 + header.length);
  return bytes;
}

const MODEL = { vocabSize: 100, nPositions: 8 };
const open = (written: Written) => openBatchesFile(memorySource("batches.safetensors", file(written)), MODEL);
const COUNTED = { shape: [3, 2, 4], ids: Array.from({ length: 24 }, (_, i) => i) };

describe.each(["I32", "I64"] as const)("%s", (dtype) => {
  test("batches come in their order, and then no more", async () => {
    const source = await open({ ...COUNTED, dtype });
    const batches: number[][][] = [];
    for (let batch = await source.next(); batch; batch = await source.next()) {
      batches.push(batch.map((ids) => Array.from(ids)));
    }
    expect(batches.length).toBe(3);
    expect(batches[0]).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ]);
    expect(batches.flat(2)).toEqual(COUNTED.ids);
    expect(await source.next()).toBeUndefined();
  });

  test("an id beyond the vocabulary, or negative, is named with its step and place before training begins", async () => {
    const at = (id: number) => open({ ...COUNTED, dtype, ids: COUNTED.ids.with(21, id) });
    const problem = (id: number) =>
      `batches.safetensors: tensor "ids" has the id ${id} at [2, 1, 1], in step 3; the model has the ids 0 to 99`;
    await expect(at(100)).rejects.toThrow(problem(100));
    await expect(at(100)).rejects.toThrow(CheckpointError);
    await expect(at(-1)).rejects.toThrow(problem(-1));
  });
});

test.each([
  [{ ...MODEL, vocabSize: Number.NaN }, "vocabSize must be a whole number, 1 or more, got NaN"],
  [{ ...MODEL, nPositions: Number.NaN }, "nPositions must be a whole number, 1 or more, got NaN"],
  [{ ...MODEL, nPositions: 0 }, "nPositions must be a whole number, 1 or more, got 0"],
])("%j, which no batch could be held against, is refused", async (options, message) => {
  const source = memorySource("batches.safetensors", file(COUNTED));
  await expect(openBatchesFile(source, options)).rejects.toThrow(new RangeError(`openBatchesFile: ${message}`));
});

test("an I64 beyond 32 bits is named, not wrapped", async () => {
  const written = { ...COUNTED, dtype: "I64", ids: COUNTED.ids.with(0, 2 ** 32) } as const;
  await expect(open(written)).rejects.toThrow('tensor "ids" has the id 4294967296 at [0, 0, 0], in step 1;');
});

test("sizes are those of the tensor", async () => {
  const { steps, batchSize, context, tokensPerEpoch } = await open(COUNTED);
  expect({ steps, batchSize, context, tokensPerEpoch }).toEqual({
    steps: 3,
    batchSize: 2,
    context: 3,
    tokensPerEpoch: 18,
  });
});

test("one step at a time is in memory", async () => {
  const memory = memorySource("batches.safetensors", file(COUNTED));
  const reads: number[] = [];
  const read = (offset: number, into: Uint8Array) => {
    reads.push(into.length);
    return memory.read(offset, into);
  };
  const source = await openBatchesFile({ ...memory, read }, MODEL);
  await source.next();
  expect(reads.slice(-4)).toEqual([32, 32, 32, 32]);
});

test("a source restored at a step goes on as the undisturbed one", async () => {
  const source = await open(COUNTED);
  await source.next();
  const other = await open(COUNTED);
  other.restore(JSON.parse(JSON.stringify(source.position())));
  expect(await other.next()).toEqual(await source.next());
  expect(other.position()).toEqual(source.position());
});

test.each([
  ["another file", { ...COUNTED, ids: COUNTED.ids.with(5, 77) }, {}, "is of other data: its digest is"],
  ["a step that is none", COUNTED, { step: -1 }, "must have a whole number, 0 or more, as its step, got -1"],
  ["a step beyond the file", COUNTED, { step: 4 }, "restore: step 4 is beyond the 3 of the file"],
])("a position of %s is refused", async (_, written, changed, message) => {
  const source = await open(COUNTED);
  const position = { ...(await open(written)).position(), ...changed };
  expect(() => source.restore(position)).toThrow(message);
});

describe("refuses a file", () => {
  test.each([
    [
      "without ids",
      { ...COUNTED, name: "tokens" },
      "is missing; batches are in a tensor of this name, [steps, B, T + 1]",
    ],
    ["of floats", { ...COUNTED, dtype: "F32" as const }, "is F32; ids are I32 or I64"],
    [
      "of two dimensions",
      { ...COUNTED, shape: [6, 4] },
      "is [6,4]; batches are [steps, B, T + 1], with one step, one sequence and two ids at least",
    ],
    ["without a target", { ...COUNTED, shape: [3, 8, 1] }, "is [3,8,1]; batches are [steps, B, T + 1], with one step"],
    ["without a step", { shape: [0, 2, 4], ids: [] }, "is [0,2,4]; batches are [steps, B, T + 1], with one step"],
    [
      "with a longer context than the model's",
      { ...COUNTED, shape: [1, 2, 12] },
      "is [1,2,12], sequences for a context of 11; the model's is 8",
    ],
  ])("%s", async (_, written, problem) => {
    await expect(open(written)).rejects.toThrow(`batches.safetensors: tensor "ids" ${problem}`);
  });
});
