import { expect, test } from "vitest";
import { memorySource } from "../src/checkpoint/byte-source.ts";
import { shardedCheckpoint } from "../src/checkpoint/checkpoint.ts";
import { CheckpointError } from "../src/errors.ts";
import { fileBytes, floats } from "./tiny-checkpoint.ts";

const FIRST = "model-00001-of-00002.safetensors";
const SECOND = "model-00002-of-00002.safetensors";
const files: Record<string, string[]> = { [FIRST]: ["a"], [SECOND]: ["b", "c"] };
const valid = { a: FIRST, b: SECOND, c: SECOND };

const open = async (shard: string) => {
  const names = files[shard];
  if (!names) throw new CheckpointError(shard, "does not exist");
  return memorySource(shard, fileBytes(names.map((name, i) => [name, floats([2], i)])));
};
const checkpoint = (text: string) => shardedCheckpoint({ name: "model.safetensors.index.json", text }, open);
const withMap = (weightMap: unknown) =>
  checkpoint(JSON.stringify({ metadata: { total_size: 24 }, weight_map: weightMap }));

test("the tensors of all shards, each with its file", async () => {
  const { tensors } = await withMap(valid);
  expect([...tensors].map(([name, { source }]) => [name, source.name])).toEqual(Object.entries(valid));
});

test("offsets are those of the tensor's own file", async () => {
  const { source, begin, end } = (await withMap(valid)).tensors.get("c")!;
  const bytes = new Uint8Array(end - begin);
  await source.read(begin, bytes);
  expect([...new Float32Array(bytes.buffer)]).toEqual([1, Math.fround(1.001)]);
});

test("shards without numbers in their names are as good", async () => {
  files["rest.safetensors"] = ["d"];
  expect((await withMap({ d: "rest.safetensors" })).tensors.size).toBe(1);
});

test.each([
  "../model.safetensors",
  "..",
  "/etc/model.safetensors",
  "sub/model.safetensors",
  "..\\model.safetensors",
  "C:model.safetensors",
  "%2e%2e%2fmodel.safetensors",
  ".hidden.safetensors",
  "a\0.safetensors",
  "model.bin",
  "",
])("the shard name %j is refused before anything is opened", async (shard) => {
  await expect(withMap({ a: shard })).rejects.toThrow(
    /^model\.safetensors\.index\.json: shard .* must be the plain name of a \.safetensors file/,
  );
});

test("fewer shards than the names count", async () => {
  await expect(withMap({ a: FIRST })).rejects.toThrow(`names 1 shards, and "${FIRST}" is one of 2`);
});

test("a tensor that the named shard does not hold", async () => {
  await expect(withMap({ ...valid, x: SECOND })).rejects.toThrow(
    `${SECOND}: tensor "x" is missing; model.safetensors.index.json says that it is in this file`,
  );
});

test("a tensor of a shard that the index does not name is there, and marked", async () => {
  const { tensors } = await withMap({ a: FIRST, b: SECOND });
  expect([...tensors].map(([name, { isUnnamed }]) => [name, isUnnamed])).toEqual([
    ["a", undefined],
    ["b", undefined],
    ["c", true],
  ]);
});

test("a tensor that is in two shards is read from the one that the index names", async () => {
  files["x.safetensors"] = ["d"];
  files["y.safetensors"] = ["d", "e"];
  for (const shard of ["x.safetensors", "y.safetensors"]) {
    const other = { e: "y.safetensors", f: "x.safetensors" };
    files["x.safetensors"] = ["d", "f"];
    expect((await withMap({ ...other, d: shard })).tensors.get("d")?.source.name).toBe(shard);
  }
});

test("a tensor that is in two shards and not in the index", async () => {
  files["x.safetensors"] = ["d", "f"];
  files["y.safetensors"] = ["d", "e"];
  await expect(withMap({ e: "y.safetensors", f: "x.safetensors" })).rejects.toThrow(
    'y.safetensors: tensor "d" is in this file and in x.safetensors, and model.safetensors.index.json does not say which counts',
  );
});

test("a tensor that is in another shard than the index says", async () => {
  await expect(withMap({ ...valid, b: FIRST })).rejects.toThrow(
    `${FIRST}: tensor "b" is missing; model.safetensors.index.json says that it is in this file`,
  );
});

test.each([
  "null",
  "[]",
  "5",
  '{"total_size":19248.0}',
  '{"total_size":-1.5e400}',
  '{"total_size":NaN}',
  '{"total_size":{"weight_map":{"a":1,"a":2}},"total_size":"\\ud800"}',
])("the metadata %s are not read", async (metadata) => {
  const text = `{"metadata":${metadata},"weight_map":${JSON.stringify(valid)},"other":[{"a":-1,"a":1}]}`;
  expect((await checkpoint(text)).tensors.size).toBe(3);
});

test("an index without metadata is as good", async () => {
  expect((await checkpoint(JSON.stringify({ weight_map: valid }))).tensors.size).toBe(3);
});

test("a shard that is not there", async () => {
  await expect(withMap({ a: "gone.safetensors" })).rejects.toThrow("gone.safetensors: does not exist");
});

test.each([
  ["{", "is not valid JSON"],
  ['{"weight_map":{"a":"x","a":"y"}}', 'has key "a" twice, again at position'],
  ['{"weight_map":{"a":"x"},"weight_map":{"b":"y"}}', 'has key "weight_map" twice'],
  ["version https://git-lfs.github.com/spec/v1\noid sha256:0", "json: is a Git LFS pointer, not the file itself"],
  ["<!DOCTYPE html><title>Sign in</title>", "json: is a web page, not the file"],
  ["[]", "weight_map must be an object from tensor to shard, got undefined"],
  ["null", "weight_map must be an object from tensor to shard, got undefined"],
  ['{"weight_map":["a"]}', 'weight_map must be an object from tensor to shard, got ["a"]'],
  ['{"weight_map":{}}', "weight_map names no tensor"],
  ['{"weight_map":{"a":1}}', 'tensor "a" must have the name of a shard in weight_map, got 1'],
])("the index %s is refused", async (text, message) => {
  const error = await checkpoint(text).catch((thrown) => thrown);
  expect(error).toBeInstanceOf(CheckpointError);
  expect(error.message.replaceAll("\\", "")).toContain(message.replaceAll("\\", ""));
});
