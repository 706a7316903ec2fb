/** Hostile and broken files, each in an otherwise valid model. */
import { entry, safetensorsFile } from "./safetensors-file.ts";
import { fileBytes, tinyTensors } from "./tiny-checkpoint.ts";
import { type Files, INDEX, SHARDS, shardedFiles, tinyFiles, utf8 } from "./tiny-files.ts";

const WEIGHTS = "model.safetensors";
const LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n";
const weights = tinyFiles().get(WEIGHTS) as Uint8Array;
const header = (tensors: object, body = 8) => safetensorsFile(JSON.stringify(tensors), new Uint8Array(body));
const index = (map: unknown) => utf8(JSON.stringify({ weight_map: map }));

/** A name of a file, and what is in its place. Rules of a header: safetensors.test.ts has all of them. */
export const hostileFiles: readonly [problem: string, name: string, bytes: Uint8Array][] = [
  ["not JSON", "config.json", utf8("{")],
  ["not UTF-8", "config.json", Uint8Array.of(0x7b, 0xff)],
  ["a byte order mark", "config.json", utf8("\uFEFF{}")],
  ["another model", "config.json", utf8('{"model_type":"llama"}')],
  ["absurd sizes", "config.json", utf8('{"model_type":"gpt2","n_embd":1e300}')],
  ["a Git LFS pointer", "config.json", utf8(LFS)],
  ["a web page", "config.json", utf8("<!doctype html><title>Sign in</title>")],
  ["not JSON", "generation_config.json", utf8("[")],
  ["a wrong type", "generation_config.json", utf8('{"top_k":"7"}')],
  ["not JSON", "tokenizer.json", utf8("{")],
  ["a Git LFS pointer", "tokenizer.json", utf8(LFS)],
  ["a web page", "tokenizer_config.json", utf8("<html>")],
  ["no ids", "vocab.json", utf8('{"a":-1}')],
  ["an unknown token", "merges.txt", utf8("x y\n")],
  ["nothing", WEIGHTS, new Uint8Array()],
  ["seven bytes", WEIGHTS, new Uint8Array(7)],
  ["a Git LFS pointer", WEIGHTS, utf8(LFS)],
  ["a web page", WEIGHTS, utf8("<!doctype html>")],
  ["a GGUF file", WEIGHTS, utf8("GGUF\0\0\0\0")],
  ["a header of 2^63 bytes", WEIGHTS, safetensorsFile("{}", new Uint8Array(8), 2n ** 63n)],
  ["a header beyond the end", WEIGHTS, safetensorsFile("{}", new Uint8Array(8), 1000n)],
  ["a list as header", WEIGHTS, safetensorsFile("[]")],
  ["a name twice", WEIGHTS, safetensorsFile('{"a":1,"a":1}')],
  ["an unknown dtype", WEIGHTS, header({ a: entry("F128", [1], [0, 8]) })],
  ["an overlap", WEIGHTS, header({ a: entry("F32", [2], [0, 8]), b: entry("F32", [1], [4, 8]) })],
  ["a hole", WEIGHTS, header({ a: entry("F32", [1], [4, 8]) })],
  ["a shape that does not fit", WEIGHTS, header({ a: entry("F32", [2 ** 40, 2 ** 40], [0, 8]) })],
  ["a tensor beyond the end", WEIGHTS, header({ a: entry("F32", [1000], [0, 4000]) })],
  ["trailing bytes", WEIGHTS, Uint8Array.of(...weights, 0)],
  ["a cut", WEIGHTS, weights.subarray(0, -1)],
  ["another tensor", WEIGHTS, fileBytes(tinyTensors().set("x", { dtype: "U8", shape: [1], data: new Uint8Array(1) }))],
  ["a shard outside the folder", INDEX, index({ a: "../../etc/model.safetensors" })],
  ["a shard at another server", INDEX, index({ a: "//host/model.safetensors" })],
  ["a shard that is absolute", INDEX, index({ a: "https://host/model.safetensors" })],
  ["not JSON", INDEX, utf8("{")],
  ["no weights", INDEX, index({})],
  ["a shard without its tensors", SHARDS[0], fileBytes([])],
];

/** The files of a tiny model, one of them replaced. */
export function modelWith(name: string, bytes: Uint8Array): Files {
  const isSharded = name === INDEX || name === SHARDS[0];
  return (isSharded ? shardedFiles() : tinyFiles()).set(name, bytes);
}
