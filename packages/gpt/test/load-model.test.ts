import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { createReferenceEngine } from "@tsgpt/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { TensorToWrite } from "../src/checkpoint/write-safetensors.ts";
import { generate } from "../src/generate.ts";
import { fileSource, inspectFolder, loadFolderTokenizer, loadModel, parameterNames } from "../src/node/index.ts";
import { openFolder } from "../src/node/load-model.ts";
import { configKeys, fileBytes, tinyTensors } from "./tiny-checkpoint.ts";

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const tokenizerOfSeven = {
  pre_tokenizer: byteLevel,
  decoder: byteLevel,
  model: { vocab: Object.fromEntries([..."abcdefg"].map((token, id) => [token, id])), merges: [] },
};
let folder = "";
const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
const openFiles = () => readdirSync("/proc/self/fd").length;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tsgpt-"));
  write("config.json", JSON.stringify(configKeys));
  write("model.safetensors", fileBytes(tinyTensors()));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeShards(tensors: Map<string, TensorToWrite> = tinyTensors()): void {
  rmSync(join(folder, "model.safetensors"));
  const entries = [...tensors];
  const weightMap: Record<string, string> = {};
  for (const shard of [1, 2]) {
    const name = `model-0000${shard}-of-00002.safetensors`;
    const part = entries.filter((_, i) => i % 2 === shard - 1);
    for (const [tensor] of part) weightMap[tensor] = name;
    write(name, fileBytes(part));
  }
  write("model.safetensors.index.json", JSON.stringify({ weight_map: weightMap }));
}

test("a trained model loads, with its tokenizer and its folder's name", async () => {
  const model = await loadModel(new URL("./fixtures/fairytales-1", import.meta.url).pathname);
  const { vocabSize, nEmbd, nLayer } = model.config;
  expect(model.name).toBe("fairytales-1");
  expect(model.parameters.wte.shape).toEqual([vocabSize, nEmbd]);
  expect(model.parameters.blocks).toHaveLength(nLayer);
  expect(model.tokenizer).toBeDefined();
});

test("vocab.json and merges.txt are a tokenizer too", async () => {
  write("vocab.json", '{"a":0,"b":1,"ab":6}');
  write("merges.txt", "#version: 0.2\na b\n");
  expect((await loadModel(folder)).tokenizer?.encode("abb")).toEqual([6, 1]);
});

/** A model of 7 ids, and [PAD] added as id 7: what is fine-tuned often has it, and its rows were not resized. */
test.each([
  ["tokenizer.json", { "tokenizer.json": JSON.stringify(tokenizerOfSeven) }],
  ["vocab.json", { "vocab.json": JSON.stringify(tokenizerOfSeven.model.vocab), "merges.txt": "" }],
])("an id beyond vocab_size is an error where it stands in a prompt, and no other: %s", async (_, files) => {
  for (const [name, text] of Object.entries(files)) write(name, text);
  write("tokenizer_config.json", '{"bos_token":null,"eos_token":null,"unk_token":null,"pad_token":"[PAD]"}');
  const model = await loadModel(folder);
  expect(model.tokenizer?.encode("ab[PAD]")).toEqual([0, 1, 7]);
  const ids = [];
  for await (const { id } of generate(model, "ab", { maxTokens: 2, sample: () => 2 })) ids.push(id);
  expect(ids).toEqual([2, 2]);
  const asked = async () => void (await generate(model, "ab[PAD]", { sample: () => 2 }).next());
  await expect(asked).rejects.toThrow("the prompt's token id 7 is out of range; ids go from 0 to 6");
});

test("one of the two is not enough", async () => {
  write("vocab.json", '{"a":0}');
  await expect(loadModel(folder)).rejects.toThrow("merges.txt: does not exist; vocab.json alone is not a tokenizer");
});

test("a folder without tokenizer.json is a model without one", async () => {
  expect((await loadModel(folder)).tokenizer).toBeUndefined();
});

test("a broken tokenizer.json is an error that names it", async () => {
  write("tokenizer.json", "{");
  await expect(loadModel(folder)).rejects.toThrow(/tokenizer\.json/);
});

test("the weights go to the engine that is given", async () => {
  const engine = createReferenceEngine();
  expect((await loadModel(folder, { engine })).engine).toBe(engine);
});

test("shards with an index are the same model as one file", async () => {
  const { parameters } = await loadModel(folder);
  writeShards();
  expect((await loadModel(folder)).parameters).toEqual(parameters);
});

test("no such folder", async () => {
  const missing = join(folder, "none");
  await expect(loadModel(missing)).rejects.toThrow(`${missing}: no such model folder`);
});

test("a file in place of the folder", async () => {
  await expect(loadModel(join(folder, "config.json"))).rejects.toThrow("config.json: is not a folder");
});

test("a missing config.json: the message lists what the folder holds", async () => {
  rmSync(join(folder, "config.json"));
  await expect(loadModel(folder)).rejects.toThrow(`config.json: is not in ${folder}, which holds model.safetensors`);
});

test("a config.json that is not UTF-8", async () => {
  write("config.json", Uint8Array.of(0xff));
  await expect(loadModel(folder)).rejects.toThrow("config.json: is not UTF-8");
});

test("a folder in place of config.json", async () => {
  rmSync(join(folder, "config.json"));
  mkdirSync(join(folder, "config.json"));
  await expect(loadModel(folder)).rejects.toThrow("config.json: is not a file");
});

test("a config.json of absurd size is not read", async () => {
  truncateSync(join(folder, "config.json"), 20_000_000);
  await expect(loadModel(folder)).rejects.toThrow("config.json: has 20000000 bytes, the most is 10000000");
});

test("no weights: the message lists what the folder holds", async () => {
  rmSync(join(folder, "model.safetensors"));
  for (let i = 0; i < 8; i++) write(`file${i}.bin`, "");
  await expect(openFolder(folder, "test")).rejects.toThrow(
    `${folder}: holds neither model.safetensors nor model.safetensors.index.json, but config.json, file0.bin, file1.bin, ` +
      "file2.bin, file3.bin, file4.bin, file5.bin, file6.bin, and 1 more",
  );
});

test("a shard that is missing is named", async () => {
  writeShards();
  rmSync(join(folder, "model-00002-of-00002.safetensors"));
  await expect(loadModel(folder)).rejects.toThrow("model-00002-of-00002.safetensors: does not exist");
});

test("a Git LFS pointer in place of the weights", async () => {
  write("model.safetensors", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n");
  await expect(loadModel(folder)).rejects.toThrow(
    "model.safetensors: is a Git LFS pointer, not the weights: run `git lfs pull`",
  );
});

test.each([
  "config.json",
  "generation_config.json",
  "model.safetensors.index.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "vocab.json",
  "merges.txt",
])("a Git LFS pointer or a web page in place of %s", async (name) => {
  if (name.endsWith("index.json")) rmSync(join(folder, "model.safetensors"));
  if (name === "vocab.json" || name === "tokenizer_config.json") write("merges.txt", "#version: 0.2\n");
  if (name === "merges.txt" || name === "tokenizer_config.json") write("vocab.json", '{"a":0}');
  write(name, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 7\n");
  await expect(loadModel(folder)).rejects.toThrow(`${name}: is a Git LFS pointer, not the file itself`);
  write(name, "<html><body>Sign in to continue</body></html>");
  await expect(loadModel(folder)).rejects.toThrow(`${name}: is a web page, not the file`);
});

test("generation_config.json says which tokens begin and end a text, and config.json does where there is none", async () => {
  write("config.json", JSON.stringify({ ...configKeys, bos_token_id: 1, eos_token_id: 2, top_k: 3 }));
  const ends = async () => {
    const { config, generation } = await loadModel(folder);
    return [config.bosTokenId, config.eosTokenId, generation?.file, generation?.topK];
  };
  expect(await ends()).toEqual([1, 2, "config.json", 3]);
  write("generation_config.json", '{"bos_token_id":4,"eos_token_id":[5,6],"top_k":7}');
  expect(await ends()).toEqual([4, [5, 6], "generation_config.json", 7]);
  write("generation_config.json", "{}");
  expect(await ends()).toEqual([1, undefined, "generation_config.json", undefined]); // transformers too goes on past config.json's
});

test("a broken generation_config.json is an error that names it", async () => {
  write("generation_config.json", "{");
  await expect(loadModel(folder)).rejects.toThrow(/^generation_config\.json: is not valid JSON: .+$/);
});

test("a folder as a file: URL", async () => {
  const model = await loadModel(pathToFileURL(folder));
  expect([model.name, model.config.nEmbd]).toEqual([basename(folder), configKeys.n_embd]);
});

test.each<[unknown, string]>([
  [undefined, "nothing"],
  [5, "the number 5"],
  ["a\0b", 'the string "a\\u0000b"'],
  [new URL("https://host/model"), "https://host/model"],
])("the folder %j", async (given, got) => {
  const problem = `the folder must be a path or a file: URL, got ${got}`;
  const path = given as string;
  await expect(loadModel(path)).rejects.toThrow(new RangeError(`loadModel: ${problem}`));
  await expect(loadFolderTokenizer(path)).rejects.toThrow(new RangeError(`loadFolderTokenizer: ${problem}`));
  await expect(inspectFolder(path)).rejects.toThrow(new RangeError(`inspectFolder: ${problem}`));
  await expect(parameterNames(path)).rejects.toThrow(new RangeError(`parameterNames: ${problem}`));
});

test("an abort is the signal's reason", async () => {
  const reason = new Error("stop");
  await expect(loadModel(folder, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

test("a file that is cut while it is read ends in a CheckpointError, not in zeros", async () => {
  const source = await fileSource(join(folder, "model.safetensors"), "m");
  truncateSync(join(folder, "model.safetensors"), 10);
  await expect(source.read(4, new Uint8Array(8))).rejects.toThrow(
    "m: ends at byte 10, before what is read (bytes 4 to 12)",
  );
  await source.close();
});

test.runIf(process.platform === "linux")("files are closed after success, a refusal and an abort", async () => {
  await loadModel(folder);
  const before = openFiles();
  await loadModel(folder);
  const controller = new AbortController();
  const onProgress = () => controller.abort();
  await expect(loadModel(folder, { signal: controller.signal, onProgress })).rejects.toThrow();
  writeShards(tinyTensors().set("x", { dtype: "U8", shape: [1], data: new Uint8Array(1) }));
  await expect(loadModel(folder)).rejects.toThrow('tensor "x"');
  write("model-00002-of-00002.safetensors", "broken");
  await expect(loadModel(folder)).rejects.toThrow("model-00002-of-00002.safetensors: has 6 bytes");
  expect(openFiles()).toBe(before);
});
