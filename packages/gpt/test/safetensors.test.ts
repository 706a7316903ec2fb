import { expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { readHeader } from "../src/checkpoint/safetensors.ts";
import { CheckpointError } from "../src/errors.ts";
import { entry, safetensorsFile } from "./safetensors-file.ts";

const eight = new Uint8Array(8);
const header = (bytes: Uint8Array) => readHeader(memorySource("m.safetensors", bytes));
const of = (tensors: object, body = eight) => safetensorsFile(JSON.stringify(tensors), body);
const one = of({ a: entry("F32", [2], [0, 8]) });

async function refused(bytes: Uint8Array): Promise<string> {
  const error = await header(bytes).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(error.message).toMatch(/^m\.safetensors: [^\n]+$/);
  return error.message.slice("m.safetensors: ".length);
}

test("a valid file: names, shapes, offsets, and where the data begin", async () => {
  const { tensors, metadata, dataStart } = await header(
    of({ __metadata__: { format: "pt" }, a: entry("F32", [2], [0, 8]) }),
  );
  expect([...tensors]).toEqual([["a", { dtype: "F32", shape: [2], begin: 0, end: 8 }]]);
  expect([...metadata]).toEqual([["format", "pt"]]);
  expect(dataStart).toBe(8 + JSON.stringify({ __metadata__: { format: "pt" }, a: entry("F32", [2], [0, 8]) }).length);
});

// Rule 1: the length

test.each([0, 1, 7])("a file of %i bytes has no room for the header's length", async (size) => {
  expect(await refused(new Uint8Array(size))).toBe(`has ${size} bytes; a safetensors file has at least 8`);
});

test.each([100_000_001n, 2n ** 53n, 2n ** 64n - 1n])(
  "a header of %s bytes is refused before it is allocated",
  async (length) => {
    expect(await refused(safetensorsFile("{}", eight, length))).toBe(
      `claims a header of ${Number(length)} bytes, the most is 100000000: not a safetensors file`,
    );
  },
);

test("a header of 100,000,000 bytes may be, if the file has them", async () => {
  expect(await refused(safetensorsFile("{}", eight, 100_000_000n))).toBe(
    "claims a header of 100000000 bytes and has only 10 after its length: cut short (bytes 8 to 100000008)",
  );
});

test("a header that reaches beyond the file", async () => {
  expect(await refused(safetensorsFile("{}", undefined, 3n))).toBe(
    "claims a header of 3 bytes and has only 2 after its length: cut short (bytes 8 to 11)",
  );
});

// Rule 2: UTF-8, JSON, an object

test("a header that is not UTF-8", async () => {
  expect(await refused(safetensorsFile(Uint8Array.of(0x7b, 0xff, 0x7d)))).toBe(
    "the header is not UTF-8 (bytes 8 to 11)",
  );
});

test("a byte order mark", async () => {
  expect(await refused(safetensorsFile("\u{feff}{}"))).toMatch(/^the header begins with a byte order mark: /);
});

test.each(["", "{", "{}\0", '{"a":NaN}', "{'a':1}", '{"a":1,}'])("the header %j is not JSON", async (text) => {
  expect(await refused(safetensorsFile(text))).toMatch(/^the header is not valid JSON: /);
});

test.each(["[]", "null", "1", '"a"', "true"])("the header %s is JSON and no object", async (text) => {
  expect(await refused(safetensorsFile(text))).toBe(`the header must be a JSON object, got ${text}`);
});

test("white space around the header is accepted, and no tensors at all", async () => {
  expect((await header(safetensorsFile("\n\t {} \r\n"))).tensors.size).toBe(0);
});

// Rule 3: no hole, no overlap

test("the first tensor must begin at 0", async () => {
  expect(await refused(of({ a: entry("F32", [1], [4, 8]) }))).toMatch(
    /^tensor "a" begins at byte 4 of the data, leaving a hole/,
  );
});

test("a hole between two tensors", async () => {
  const bytes = of({ a: entry("U8", [3], [0, 3]), b: entry("F32", [1], [4, 8]) });
  expect(await refused(bytes)).toMatch(
    /^tensor "b" begins at byte 4 of the data, leaving a hole: what is before it ends at 3 /,
  );
});

test("two tensors that overlap", async () => {
  const bytes = of({ a: entry("F32", [2], [0, 8]), b: entry("F32", [1], [4, 8]) });
  expect(await refused(bytes)).toMatch(
    /^tensor "b" begins at byte 4 of the data, inside the tensor before it, which ends at 8 /,
  );
});

test("two tensors on the same bytes", async () => {
  expect(await refused(of({ a: entry("F32", [2], [0, 8]), b: entry("F32", [2], [0, 8]) }))).toMatch(
    /inside the tensor before it/,
  );
});

test("a tensor that ends before it begins", async () => {
  expect(await refused(of({ a: entry("F32", [1], [8, 4]) }))).toBe(
    'tensor "a" ends before it begins: data_offsets [8,4]',
  );
});

test("the order in the header does not matter, and is kept", async () => {
  const { tensors } = await header(of({ b: entry("F32", [1], [4, 8]), a: entry("F32", [1], [0, 4]) }));
  expect([...tensors.keys()]).toEqual(["b", "a"]);
});

// Rule 4: shape x dtype = bytes

test("a shape that asks for other bytes than the tensor has", async () => {
  expect(await refused(of({ a: entry("F32", [3], [0, 8]) }))).toBe(
    'tensor "a" of F32 [3] takes 12 bytes, data_offsets [0,8] hold 8',
  );
});

test.each([[[2 ** 30, 2 ** 30]], [[2 ** 52, 2]], [[2 ** 40, 2 ** 40, 0]]])(
  "a shape %j whose product cannot be counted",
  async (shape) => {
    expect(await refused(of({ a: entry("F32", shape, [0, 8]) }))).toMatch(/does not take a whole number of bytes$/);
  },
);

test("four-bit elements must fill their last byte", async () => {
  expect(await refused(of({ a: entry("F4", [15], [0, 8]) }))).toBe(
    'tensor "a" of F4 [15] does not take a whole number of bytes',
  );
  expect((await header(of({ a: entry("F4", [16], [0, 8]) }))).tensors.size).toBe(1);
});

test.each(["F31", "f32", "", "toString", "__proto__", 4, null])("dtype %j is unknown", async (dtype) => {
  expect(await refused(of({ a: entry(dtype as string, [2], [0, 8]) }))).toBe(
    `tensor "a" has unknown dtype ${JSON.stringify(dtype)}`,
  );
});

test("tensors without elements are fine, wherever a tensor ends", async () => {
  const bytes = of({ y: entry("F32", [0], [0, 0]), a: entry("F32", [2], [0, 8]), z: entry("I64", [3, 0], [8, 8]) });
  expect((await header(bytes)).tensors.get("z")).toEqual({ dtype: "I64", shape: [3, 0], begin: 8, end: 8 });
});

test("a shape of no dimensions is one element", async () => {
  expect((await header(of({ a: entry("F64", [], [0, 8]) }))).tensors.get("a")?.shape).toEqual([]);
});

// Rule 5: the file ends with the last tensor

test("bytes after the last tensor", async () => {
  expect(await refused(of({ a: entry("F32", [1], [0, 4]) }))).toBe(
    "has 4 bytes after its last tensor, which no tensor owns",
  );
});

test("a file cut within its data, at every byte", async () => {
  for (let missing = 1; missing <= 8; missing++) {
    expect(await refused(one.slice(0, one.length - missing))).toBe(
      `is cut short: ${missing} of 8 bytes of data are missing`,
    );
  }
});

// Rule 6: names, duplicates, metadata

test.each([
  ['{"a":A,"a":A}', "a"],
  ['{"a":A,"\\u0061":A}', "a"],
  ['{"__metadata__":{},"a":A,"__metadata__":{}}', "__metadata__"],
  ['{"__metadata__":{"k":"1","k":"1"},"a":A}', "k"],
  ['{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', "dtype"],
])("a key that is there twice in %s", async (text, key) => {
  const bytes = safetensorsFile(text.replaceAll("A", JSON.stringify(entry("F32", [2], [0, 8]))), eight);
  expect(await refused(bytes)).toMatch(new RegExp(`^the header has key .*${key}.* twice, again at position`));
});

test("the same key in two objects, or as a value, is no duplicate", async () => {
  const bytes = of({ __metadata__: { dtype: "dtype", '"{:': "}" }, dtype: entry("F32", [2], [0, 8]) });
  expect((await header(bytes)).tensors.size).toBe(1);
});

test.each(["__proto__", "", "constructor", "1", '"\\{}:', "é\u{1f9da}"])("%j is a legal name", async (name) => {
  const bytes = safetensorsFile(`{${JSON.stringify(name)}:${JSON.stringify(entry("F32", [2], [0, 8]))}}`, eight);
  expect([...(await header(bytes)).tensors.keys()]).toEqual([name]);
});

test("metadata of null are none, as the reference reader has it (safetensors 0.8)", async () => {
  const { tensors, metadata } = await header(of({ __metadata__: null, a: entry("F32", [2], [0, 8]) }));
  expect([[...tensors.keys()], metadata.size]).toEqual([["a"], 0]);
});

test.each([{ k: 1 }, { k: null }, { k: {} }])("metadata %j holds more than strings", async (metadata) => {
  expect(await refused(of({ __metadata__: metadata, a: entry("F32", [2], [0, 8]) }))).toBe(
    `__metadata__ holds strings only, got ${JSON.stringify(metadata.k)} for "k"`,
  );
});

test.each([[[]], [0], ["x"]])("metadata %j is no object", async (metadata) => {
  expect(await refused(of({ __metadata__: metadata }, new Uint8Array(0)))).toBe(
    `__metadata__ must be an object of strings, got ${JSON.stringify(metadata)}`,
  );
});

test.each([null, 3, [], "F32"])("a tensor that is %j", async (info) => {
  expect(await refused(of({ a: info }))).toBe(
    `tensor "a" must be an object with dtype, shape and data_offsets, got ${JSON.stringify(info)}`,
  );
});

test.each([null, "2", [-1], [2.5], ["2"], [[2]], [2 ** 53]])("a shape of %j", async (shape) => {
  expect(await refused(of({ a: { dtype: "F32", shape, data_offsets: [0, 8] } }))).toMatch(/whole number/);
});

test.each([undefined, [], [0], [0, 8, 8], ["0", 8], [-8, 0], [0, 2 ** 53]])("data_offsets of %j", async (offsets) => {
  expect(await refused(of({ a: { dtype: "F32", shape: [2], data_offsets: offsets } }))).toMatch(/whole number/);
});

test.each(["2.0", "2e0", "-0"])("%s is no whole number to the reference reader, and not here", async (number) => {
  const bytes = safetensorsFile(`{"a":{"dtype":"F32","shape":[${number}],"data_offsets":[0,8]}}`, eight);
  expect(await refused(bytes)).toMatch(/^the header has the number .* at position .*, not a whole number, 0 or more/);
});

test("half of a surrogate pair is no character", async () => {
  const bytes = safetensorsFile('{"\\ud800":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', eight);
  expect(await refused(bytes)).toMatch(/half of a surrogate pair/);
});

test("a header of a million open brackets ends in one line", async () => {
  expect(await refused(safetensorsFile("[".repeat(1_000_000)))).toMatch(/^the header is not valid JSON: /);
});

// What is there in place of weights

test.each([
  ["version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n", "is a Git LFS pointer"],
  ["<!DOCTYPE html><html>", "is a web page"],
  ["\n <html lang=en>", "is a web page"],
  ["GGUF\u0003\0\0\0", "is a GGUF file"],
  ["PK\u0003\u0004....", "is a zip archive"],
])("%j is told by its first bytes", async (text, message) => {
  expect(await refused(new TextEncoder().encode(text))).toContain(message);
});

test("a header of 19,280 bytes, whose length is spelled PK, is no zip archive", async () => {
  const text = JSON.stringify({ a: entry("F32", [2], [0, 8]) }).padEnd(0x4b50);
  expect((await header(safetensorsFile(text, eight))).tensors.size).toBe(1);
});
