import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { readTensor, readTensors } from "../src/checkpoint/read-tensors.ts";
import { readHeader } from "../src/checkpoint/safetensors.ts";
import { type TensorToWrite, writeSafetensors } from "../src/checkpoint/write-safetensors.ts";
import { writeSafetensorsFile } from "../src/node/write-safetensors-file.ts";
import { fileBytes, floats } from "./tiny-checkpoint.ts";

const source = (tensors: Record<string, TensorToWrite>) => memorySource("dump", fileBytes(Object.entries(tensors)));

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("the file is the one that Python's safetensors 0.8 writes for these tensors, byte for byte", () => {
  // save({"ids": int64 [3], "x": float32 [1, 2]}): I64 first, then F32; the header padded with spaces to 8 bytes
  const header =
    '{"ids":{"dtype":"I64","shape":[3],"data_offsets":[0,24]},"x":{"dtype":"F32","shape":[1,2],"data_offsets":[24,32]}}';
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const ids: TensorToWrite = { dtype: "I64", shape: [3], data: BigInt64Array.of(1n, 2n, 3n) };
  const x: TensorToWrite = { dtype: "F32", shape: [1, 2], data: Float32Array.of(0.5, -1) };
  const bytes = fileBytes([
    ["ids", ids],
    ["x", x],
  ]);
  expect(new TextDecoder().decode(bytes.subarray(8, 8 + padded.length))).toBe(padded);
  expect([...bytes.subarray(0, 8)]).toEqual([padded.length, 0, 0, 0, 0, 0, 0, 0]);
  expect(bytes.slice(8 + padded.length)).toEqual(
    Uint8Array.of(
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      3,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0x3f,
      0,
      0,
      0x80,
      0xbf,
    ),
  );
});

test("large elements lie first, so that all are aligned; the header keeps the order given", async () => {
  const dump = source({ x: floats([1]), ids: { dtype: "I64", shape: [1], data: BigInt64Array.of(7n) } });
  const { tensors, dataStart } = await readHeader(dump);
  expect([...tensors]).toMatchObject([
    ["x", { begin: 8 }],
    ["ids", { begin: 0 }],
  ]);
  expect(dataStart % 8).toBe(0);
});

test("data are not copied", () => {
  const data = new Float32Array(4);
  expect(writeSafetensors([["x", { dtype: "F32", shape: [4], data }]])[1]?.buffer).toBe(data.buffer);
});

test("metadata are written and read", async () => {
  const pieces = writeSafetensors([], { model: "tiny" });
  const { metadata } = await readHeader(memorySource("dump", pieces[0] as Uint8Array));
  expect([...metadata]).toEqual([["model", "tiny"]]);
});

test("data that do not fill the shape are refused", () => {
  const wrong: TensorToWrite = { dtype: "F32", shape: [3], data: new Float32Array(2) };
  expect(() => writeSafetensors([["x", wrong]])).toThrow(
    'writeSafetensors: tensor "x" of F32 [3] takes 12 bytes, got data of 8',
  );
});

test.each(["x", "__metadata__"])("the name %s cannot be given when it is taken", (name) => {
  expect(() =>
    writeSafetensors([
      ["x", floats([1])],
      [name, floats([1])],
    ]),
  ).toThrow(`tensor "${name}" is given twice`);
});

test.each([
  ["F16", Uint16Array.of(0x3c00, 0xfc00), [1, Number.NEGATIVE_INFINITY]],
  ["BF16", Uint16Array.of(0x3f80, 0x7fc0), [1, Number.NaN]],
  ["F32", Float32Array.of(0.1, -0), [Math.fround(0.1), -0]],
  ["F64", Float64Array.of(0.1, 1e300), [0.1, 1e300]],
  ["I64", BigInt64Array.of(-1n, 50256n), [-1, 50256]],
  ["U64", BigUint64Array.of(0n, 9n), [0, 9]],
  ["I32", Int32Array.of(-1, 3), [-1, 3]],
  ["U32", Uint32Array.of(4294967295, 3), [4294967295, 3]],
  ["I16", Int16Array.of(-1, 3), [-1, 3]],
  ["U16", Uint16Array.of(65535, 3), [65535, 3]],
  ["I8", Int8Array.of(-1, 3), [-1, 3]],
  ["U8", Uint8Array.of(255, 3), [255, 3]],
  ["BOOL", Uint8Array.of(0, 1), [0, 1]],
] as const)("%s is read as exact numbers", async (dtype, data, expected) => {
  const tensors = await readTensors(source({ x: { dtype, shape: [2], data } }));
  expect([...(tensors.get("x")?.data ?? [])]).toEqual(expected);
});

test("an integer beyond 2^53 is refused, not rounded", async () => {
  const dump = source({ x: { dtype: "I64", shape: [1], data: BigInt64Array.of(2n ** 53n + 1n) } });
  await expect(readTensors(dump)).rejects.toThrow(
    'dump: tensor "x" holds 9007199254740993, which float64 cannot represent exactly',
  );
});

test("an eight-bit float is named, not guessed at", async () => {
  const dump = source({ x: { dtype: "F8_E4M3", shape: [1], data: new Uint8Array(1) } });
  await expect(readTensors(dump)).rejects.toThrow('dump: tensor "x" is F8_E4M3; F8_E4M3 values are not read');
});

test("a tensor that is not in the file is named", async () => {
  const dump = source({ x: floats([1]) });
  await expect(readTensor(dump, await readHeader(dump), "y")).rejects.toThrow('dump: tensor "y" is not in this file');
});

test("a dump on disk is the pieces, over what was there", async () => {
  const path = join(folder, "out.safetensors");
  writeFileSync(path, "old");
  await writeSafetensorsFile(path, [["x", floats([2, 2], 1)]]);
  expect(new Uint8Array(readFileSync(path))).toEqual(fileBytes([["x", floats([2, 2], 1)]]));
  expect(readdirSync(folder)).toEqual(["out.safetensors"]);
});

test("a place that cannot be written fails and leaves nothing", async () => {
  await expect(writeSafetensorsFile(join(folder, "none", "x"), [["x", floats([1])]])).rejects.toThrow("ENOENT");
  await expect(writeSafetensorsFile(folder, [["x", floats([1])]])).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});
