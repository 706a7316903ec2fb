/** int8 checkpoints: what convert writes loads to the same bits as quantizing on load, and what is wrong with one is said. */

import { createReferenceEngine, createSimdEngine, type Weight, type WeightDtype } from "@tsgpt/tensor";
import { afterAll, expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { type Checkpoint, singleFileCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { convertCheckpoint } from "../src/checkpoint/convert.ts";
import { loadParameters, type Parameters } from "../src/checkpoint/parameters.ts";
import { readTensors } from "../src/checkpoint/read-tensors.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import { type TensorToWrite, writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { checkpointOf, config, floats, tinyTensors } from "./tiny-checkpoint.ts";

const reference = createReferenceEngine();
const engines = [
  { name: "reference", engine: reference },
  { name: "simd", engine: createSimdEngine({ threads: 2 }) },
];
afterAll(() => {
  for (const { engine } of engines) engine.dispose();
});

const LAYOUT = { "tsgpt.int8": "1" };
const FC = "h.0.mlp.c_fc.weight";

/** The bytes of the file that a checkpoint becomes. */
async function converted(checkpoint: Checkpoint, dtype: WeightDtype): Promise<Uint8Array> {
  const bytes = new Uint8Array(1 << 16);
  let size = 0;
  await convertCheckpoint(checkpoint, config, dtype, async (at, piece) => {
    bytes.set(piece, at);
    size = Math.max(size, at + piece.length);
  });
  return bytes.slice(0, size);
}

/** The tensors of an int8 file, to be changed. */
async function int8Tensors(): Promise<Map<string, TensorToWrite>> {
  const file = await converted(await checkpointOf(tinyTensors()), "int8");
  return new Map(
    [...(await readTensors(memorySource("int8", file)))].map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, data: dtype === "I8" ? Int8Array.from(data) : Float32Array.from(data) },
    ]),
  );
}

async function load(tensors: Iterable<readonly [string, TensorToWrite]>, metadata: Record<string, string> = LAYOUT) {
  const bytes = Uint8Array.from(writeSafetensors(tensors, metadata).flatMap((piece) => [...piece]));
  return loadParameters(await singleFileCheckpoint(memorySource("model.safetensors", bytes)), config, reference);
}

function weightsOf({ wte, wpe, blocks, lnF }: Parameters): Weight[] {
  const inBlocks = blocks.flatMap(({ ln1, attn, ln2, mlp }) =>
    [ln1, attn.cAttn, attn.cProj, ln2, mlp.cFc, mlp.cProj].flatMap(({ weight, bias }) => [weight, bias]),
  );
  return [wte, wpe, ...inBlocks, lnF.weight, lnF.bias];
}

test.each(engines)(
  "what is converted loads to the same bits as what is narrowed on load: $name",
  async ({ engine }) => {
    const origin = await checkpointOf(tinyTensors("transformer."));
    for (const dtype of ["f32", "f16", "bf16", "int8"] as const) {
      const file = memorySource("model.safetensors", await converted(origin, dtype));
      const again = await loadParameters(await singleFileCheckpoint(file), config, engine, { dtype });
      const narrowed = await loadParameters(origin, config, engine, { dtype });
      expect(weightsOf(again).map((weight) => weight.toStored())).toEqual(
        weightsOf(narrowed).map((weight) => weight.toStored()),
      );
      expect(again.wte.dtype).toBe(dtype);
      expect([again.wpe.dtype, again.blocks[0]!.attn.cAttn.bias.dtype]).toEqual(["f32", "f32"]);
    }
  },
);

test("an int8 file converted to int8 is the same file", async () => {
  const file = await converted(await checkpointOf(tinyTensors()), "int8");
  expect(await converted(await singleFileCheckpoint(memorySource("int8", file)), "int8")).toEqual(file);
});

test("the layout is as documented: I8 with its shape, F32 scales of the outputs, the metadata", async () => {
  const tensors = await int8Tensors();
  expect(tensors.get(FC)).toMatchObject({ dtype: "I8", shape: [4, 16] });
  expect(tensors.get(`${FC}.scale`)).toMatchObject({ dtype: "F32", shape: [16] });
  expect(tensors.get("wte.weight.scale")).toMatchObject({ dtype: "F32", shape: [7] });
  expect(tensors.has("wpe.weight.scale")).toBe(false);
  expect((await load(tensors)).wte.dtype).toBe("int8");
});

test("int8 numbers are kept in int8, whatever would fit, and refused for another dtype", async () => {
  const file = memorySource("model.safetensors", await converted(await checkpointOf(tinyTensors()), "int8"));
  const checkpoint = await singleFileCheckpoint(file);
  expect((await loadParameters(checkpoint, config, reference)).wte.dtype).toBe("int8");
  await expect(loadParameters(checkpoint, config, reference, { dtype: "bf16" })).rejects.toThrow(
    "model.safetensors: holds int8 numbers, which are kept in int8, not in bf16: use the original checkpoint",
  );
});

const scaleOf = (values: readonly number[]): TensorToWrite => ({
  dtype: "F32",
  shape: [values.length],
  data: Float32Array.from(values),
});
const fill = (length: number, value: number) => Array.from({ length }, () => value);
const q = (value: number): TensorToWrite => ({ dtype: "I8", shape: [4, 16], data: new Int8Array(64).fill(value) });

test.each<[string, Record<string, TensorToWrite | undefined>, string]>([
  ["a scale is missing", { [`${FC}.scale`]: undefined }, `tensor "${FC}.scale" is missing`],
  ["a scale is short", { [`${FC}.scale`]: scaleOf(fill(15, 1)) }, `tensor "${FC}.scale" is [15], config.json`],
  ["a scale is NaN", { [`${FC}.scale`]: scaleOf([...fill(15, 1), Number.NaN]) }, "finite scales, 0 or more, got NaN"],
  ["a scale is negative", { [`${FC}.scale`]: scaleOf([-1, ...fill(15, 1)]) }, "finite scales, 0 or more, got -1"],
  ["a scale is infinite", { [`${FC}.scale`]: scaleOf(fill(16, Infinity)) }, "finite scales, 0 or more, got Infinity"],
  [
    "a scale is no F32",
    { [`${FC}.scale`]: { dtype: "I32", shape: [16], data: new Int32Array(16) } },
    "is I32; the scales of int8 numbers are F32",
  ],
  ["a number is -64", { [FC]: q(-64) }, `tensor "${FC}" has a value that int8 cannot represent`],
  ["a number is 127", { [FC]: q(127) }, `tensor "${FC}" has a value that int8 cannot represent`],
  ["a matrix is F32", { [FC]: floats([4, 16]) }, `tensor "${FC}" is F32 among int8 matrices; either all`],
  [
    "a bias is I8",
    { "ln_f.bias": { dtype: "I8", shape: [4], data: new Int8Array(4) } },
    "is I8; weights are read from",
  ],
  ["a scale belongs to nothing", { "wpe.weight.scale": scaleOf(fill(5, 1)) }, "belongs to no GPT-2"],
])("%s: one clear error", async (_, changes, message) => {
  const tensors = await int8Tensors();
  for (const [name, tensor] of Object.entries(changes)) {
    if (tensor) tensors.set(name, tensor);
    else tensors.delete(name);
  }
  await expect(load(tensors)).rejects.toThrow(message);
});

test.each([
  [{}, "they say nothing"],
  [{ "tsgpt.int8": "2" }, 'they say "2"'],
])("int8 numbers of a file whose metadata are %j are refused", async (metadata, message) => {
  await expect(load(await int8Tensors(), metadata)).rejects.toThrow(
    new RegExp(`is I8; its file's metadata must say "tsgpt.int8": "1", ${message}`),
  );
});

test("a number that f16 cannot keep is an error that names the tensor, and convert writes none", async () => {
  const tensors = tinyTensors();
  tensors.set(FC, floats([4, 16], 70_000));
  const checkpoint = await checkpointOf(tensors);
  const message = `model.safetensors: tensor "${FC}" has a value that f16 cannot represent; f16 represents numbers up to 65504`;
  for (const { engine } of engines) {
    await expect(loadParameters(checkpoint, config, engine, { dtype: "f16" })).rejects.toThrow(message);
  }
  await expect(converted(checkpoint, "f16")).rejects.toThrow(message);
});

test("progress of a matrix that is read twice ends at the file's bytes", async () => {
  const calls: number[][] = [];
  const onProgress = ({ loaded, total }: LoadProgress) => void calls.push([loaded, total]);
  await loadParameters(await checkpointOf(tinyTensors()), config, reference, { dtype: "int8", onProgress });
  const [loaded, total] = calls.at(-1) as [number, number];
  expect(loaded).toBe(total);
  expect(calls.every(([now], i) => i === 0 || (now as number) >= (calls[i - 1]?.[0] as number))).toBe(true);
});
