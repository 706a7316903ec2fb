import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Tokenizer, TokenizerError } from "../src/tokenizer/tokenizer.ts";
import { loadTokenizer, loadTokenizerFiles, type TokenizerFiles } from "../src/tokenizer/tokenizer-files.ts";

const folder = new URL("./fixtures/gpt2-tokenizer/", import.meta.url);
const json = readFileSync(new URL("tokenizer.json", folder), "utf8");
const vectors: { source: string; text: string; ids: number[] }[] = JSON.parse(
  readFileSync(new URL("vectors.json", folder), "utf8"),
);
const { vocab, merges }: { vocab: Record<string, number>; merges: string[] } = JSON.parse(json).model;

/** vocab.json and merges.txt as OpenAI wrote them: the version, a merge a line, a newline at the end. */
const vocabJson = JSON.stringify(vocab);
const mergesTxt = ["#version: 0.2", ...merges, ""].join("\n");

const load = (files: TokenizerFiles = {}) =>
  loadTokenizerFiles({ "vocab.json": vocabJson, "merges.txt": mergesTxt, ...files }) as Tokenizer;

/** Four tokens: a, b, ab, and the end. */
const small = (files: TokenizerFiles = {}) =>
  load({ "vocab.json": '{"a":0,"b":1,"ab":2,"<|endoftext|>":3}', "merges.txt": "a b", ...files });

const gpt2 = load();
const sameIds = (tokenizer: Tokenizer) =>
  expect(vectors.filter(({ text, ids }) => tokenizer.encode(text).join() !== ids.join())).toEqual([]);

test("all 92 published texts give their ids, and the ids their texts", () => {
  expect(vectors).toHaveLength(92);
  for (const { source, text, ids } of vectors) {
    expect(gpt2.encode(text), source).toEqual(ids);
    expect(gpt2.decode(ids), source).toBe(text);
  }
});

test("every id has the text that it has by tokenizer.json", () => {
  const reference = loadTokenizer(json);
  expect(gpt2.vocabSize).toBe(reference.vocabSize);
  const ids = Array.from({ length: reference.vocabSize }, (_, id) => id);
  expect(ids.filter((id) => gpt2.tokenText(id) !== reference.tokenText(id))).toEqual([]);
});

test("<|endoftext|> is found in a text with no file to say so, as in DialoGPT", () => {
  expect(gpt2.encode("a<|endoftext|>b")).toEqual([64, 50256, 65]);
});

describe("merges.txt by its bytes", () => {
  test.each([
    ["without a version", merges.join("\n")],
    ["without a newline at the end", ["#version: 0.2", ...merges].join("\n")],
    ["with several newlines at the end", `${mergesTxt}\n\n`],
    ["with Windows' line ends", mergesTxt.replaceAll("\n", "\r\n")],
  ])("%s it is the same", (_, text) => sameIds(load({ "merges.txt": text })));

  test("a merge that begins with # is no comment", () => {
    expect(merges[merges.indexOf("# #")]).toBe("# #");
    expect(gpt2.encode("##")).toEqual([vocab["##"]]);
    const first = small({ "vocab.json": '{"#":0,"##":1}', "merges.txt": "# #\n" });
    expect(first.encode("##")).toEqual([1]);
  });
});

describe("what else names tokens", () => {
  test("added_tokens.json, as DialoGPT's fine-tunes have it", () => {
    const tokenizer = load({ "added_tokens.json": '{"<pad>":50257}' });
    expect(tokenizer.encode("a<pad>b<|endoftext|>")).toEqual([64, 50257, 65, 50256]);
    expect(tokenizer.decode([64, 50257])).toBe("a<pad>");
    expect(tokenizer.vocabSize).toBe(50258);
  });

  test("added_tokens_decoder of tokenizer_config.json", () => {
    const config = { add_prefix_space: false, added_tokens_decoder: { "50257": { content: "<x>", lstrip: true } } };
    expect(load({ "tokenizer_config.json": JSON.stringify(config) }).encode("a <x>b")).toEqual([64, 50257, 65]);
  });

  test.each([
    ["special_tokens_map.json", { eos_token: "ab" }],
    ["special_tokens_map.json", { eos_token: { content: "ab", lstrip: false } }],
    ["tokenizer_config.json", { pad_token: "ab", model_max_length: 1e30 }],
    ["tokenizer_config.json", { additional_special_tokens: ["ab"] }],
  ])("a token of the vocabulary that %s names with %j", (file, content) => {
    const vocabulary = '{"a":0,"b":1,"c":4,"bc":5,"ab":2,"<|endoftext|>":3}';
    const files = { "vocab.json": vocabulary, "merges.txt": "b c" };
    expect(small(files).encode("abc")).toEqual([0, 5]);
    expect(small({ ...files, [file]: JSON.stringify(content) }).encode("abc")).toEqual([2, 4]);
  });

  test("a special token without an id gets the next one [AutoTokenizer of transformers 5.18]", () => {
    const tokenizer = small({ "special_tokens_map.json": '{"pad_token":"ba","bos_token":null}' });
    expect(tokenizer.encode("ba")).toEqual([4]);
    expect(tokenizer.decode([4])).toBe("ba");
    expect(tokenizer.vocabSize).toBe(5);
  });

  test("a token's id is the next one, whatever id its file names [AutoTokenizer of transformers 5.18]", () => {
    expect(small({ "added_tokens.json": '{"<pad>":9}' }).encode("a<pad>")).toEqual([0, 4]);
  });

  test("add_prefix_space is honored", () => {
    const config = '{"add_prefix_space":true}';
    expect(load({ "tokenizer_config.json": config }).encode("word")).toEqual(gpt2.encode(" word"));
  });
});

test("neither vocab.json nor merges.txt is no tokenizer", () => {
  expect(loadTokenizerFiles({ "tokenizer_config.json": "{}" })).toBeUndefined();
});

test.each(["NaN", "Infinity", "-Infinity"])("%s loads where no id depends on it, as in transformers", (value) => {
  const config = `{"model_max_length":${value},"padding_side":"left","other":[${value}]}`;
  const files = { "tokenizer_config.json": config, "special_tokens_map.json": `{"other":${value}}` };
  expect(load(files).encode("word")).toEqual(gpt2.encode("word"));
});

describe("broken files are one clear line", () => {
  test.each<[TokenizerFiles | { [name: string]: undefined }, string]>([
    [{ "merges.txt": undefined }, "merges.txt: does not exist; vocab.json alone is not a tokenizer"],
    [{ "vocab.json": undefined }, "vocab.json: does not exist; merges.txt alone is not a tokenizer"],
    [{ "vocab.json": "{" }, "vocab.json: is not valid JSON: "],
    [{ "vocab.json": "version https://git-lfs.github.com/spec/v1" }, "vocab.json: is a Git LFS pointer, not "],
    [{ "vocab.json": "<!doctype html><p>" }, "vocab.json: is a web page, not "],
    [{ "vocab.json": '{"a":0,"a":1}' }, 'vocab.json: has key "a" twice, again at position 10'],
    [{ "vocab.json": "[]" }, "vocab.json: the whole must be an object from token to id"],
    [{ "vocab.json": '{"a":"0"}' }, 'vocab.json: "a" must be an id, a whole number, 0 or more'],
    [{ "vocab.json": '{"a":-1}' }, "vocab.json: has the number -1 at position 5, not a whole number, 0 or more"],
    [
      { "vocab.json": '{"a":NaN}' },
      'vocab.json: "a" must be an id, a whole number, 0 or more, at most 4294967295, got NaN',
    ],
    [
      { "added_tokens.json": '{"<x>":Infinity}' },
      'added_tokens.json: "<x>" must be an id, a whole number, 0 or more, at most 4294967295, got Infinity',
    ],
    [
      { "tokenizer_config.json": '{"add_prefix_space":NaN}' },
      'tokenizer_config.json: "add_prefix_space" must be true or false, got NaN',
    ],
    [{ "vocab.json": '{"a":0,"b":1,"ab":1}' }, 'vocab.json: "b" and "ab" have one id, 1'],
    [{ "added_tokens.json": '{"<pad>":2}' }, 'vocab.json: "ab" and "<pad>" have one id, 2'],
    [{ "added_tokens.json": '{"ab":9}' }, 'vocab.json: "ab" has id 2, and 9 where it is added'],
    [{ "added_tokens.json": "null" }, "added_tokens.json: the whole must be an object from token to id"],
    [{ "merges.txt": "a b\n\nb a" }, 'merges.txt: line 2 must be two tokens with a space between, got ""'],
    [{ "merges.txt": "#version: 0.2\na" }, 'merges.txt: line 2 must be two tokens with a space between, got "a"'],
    [{ "merges.txt": "a b c" }, 'merges.txt: line 1 must be two tokens with a space between, got "a b c"'],
    [{ "merges.txt": "a x" }, 'merges.txt: line 1 is "a x", and vocab.json has no token "x"'],
    [{ "merges.txt": "b a" }, 'merges.txt: line 1 is "b a", and vocab.json has no token "ba"'],
    [{ "merges.txt": "<!doctype html>" }, 'merges.txt: line 1 is "<!doctype html>", and vocab.json has no token'],
    [{ "tokenizer_config.json": "x" }, "tokenizer_config.json: is not valid JSON: "],
    [{ "tokenizer_config.json": '{"add_prefix_space":1}' }, '"add_prefix_space" must be true or false'],
    [{ "special_tokens_map.json": '{"eos_token":3}' }, '"eos_token" must be a token or an object with its content'],
    [{ "vocab.json": '{"a":4294967296}' }, '"a" must be an id, a whole number, 0 or more, at most 4294967295'],
    [
      { "vocab.json": '{"a":0,"b":1,"ab":3}' },
      `added token "<|endoftext|>" gets id 3, the next after the vocabulary's 3 tokens, but "ab" has it`,
    ],
    [
      { "tokenizer_config.json": '{"add_bos_token":true}' },
      '"add_bos_token" must be false: a token added to every text',
    ],
    [{ "tokenizer_config.json": '{"tokenizer_class":"BertTokenizer"}' }, '"tokenizer_class" must be GPT2Tokenizer, '],
    [
      { "tokenizer_config.json": '{"pad_token":{"content":"a"}}' },
      '"pad_token" must be a token or an object with its content',
    ],
    [
      { "tokenizer_config.json": '{"added_tokens_decoder":{"x":{}}}' },
      'must be an object from id to token, got {"x":{}}',
    ],
    [
      { "tokenizer_config.json": '{"added_tokens_decoder":{"4":{}}}' },
      '"added_tokens_decoder.4.content" must be a string',
    ],
    [
      { "tokenizer_config.json": '{"extra_special_tokens":7}' },
      '"extra_special_tokens" must be an array of tokens, or an',
    ],
    [{ "tokenizer_config.json": '{"init_inputs":["a"]}' }, '"init_inputs" must be empty: arguments of a class'],
    [{ "tokenizer_config.json": '{"init_inputs":null}' }, '"init_inputs" must be empty: arguments of a class'],
    [
      { "tokenizer_config.json": '{"vocab":{}}' },
      '"vocab" must be left out: the vocabulary is read from a file of its own',
    ],
    [
      { "tokenizer_config.json": '{"fast_tokenizer_files":["x"]}' },
      'must be ["tokenizer.json"]: no other is read, got ["x"]',
    ],
    [
      { "special_tokens_map.json": '{"add_prefix_space":true}' },
      "must be left out: it belongs in tokenizer_config.json",
    ],
  ])("%j", (files, message) => {
    const error = catchError(() => small(files));
    expect(error).toBeInstanceOf(TokenizerError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain("\n");
  });
});

function catchError(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
}
