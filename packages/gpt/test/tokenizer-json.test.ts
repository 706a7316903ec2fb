/** What a tokenizer.json may not ask for is refused by the name of its key. */
import { describe, expect, test } from "vitest";
import { TokenizerError } from "../src/tokenizer/tokenizer.ts";
import { loadTokenizer, loadTokenizerFiles } from "../src/tokenizer/tokenizer-files.ts";

const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };
const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
const model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
const whole = { version: "1.0", added_tokens: [], pre_tokenizer: byteLevel, decoder: byteLevel, model };
const load = (changes: object) => loadTokenizer(JSON.stringify({ ...whole, ...changes }), "t.json");
const withModel = (changes: object) => ({ model: { ...model, ...changes } });
const added = (token: object) => ({ added_tokens: [{ id: 3, content: "<x>", ...flags, ...token }] });
const template = (single: unknown[]) => ({ type: "TemplateProcessing", single, pair: [], special_tokens: {} });

describe("is one clear line", () => {
  test.each<[object, string]>([
    [{ extra: 1 }, 'the whole must be without the key "extra", got'],
    [{ version: "2.0" }, '"version" must be "1.0", got "2.0"'],
    [{ truncation: 1 }, '"truncation" must be an object or null, got 1'],
    [{ padding: {} }, '"padding.strategy" must be "BatchLongest" or an object with Fixed, got nothing'],
    [
      { normalizer: { type: "Lowercase" } },
      '"normalizer.type" must be "NFC", the only kind supported, got "Lowercase"',
    ],
    [{ normalizer: 7 }, '"normalizer" must be an object with a type, got 7'],
    [{ pre_tokenizer: null }, '"pre_tokenizer" must be one pre-tokenizer of type "ByteLevel", got null'],
    [{ pre_tokenizer: { type: "Whitespace" } }, '"pre_tokenizer.type" must be "ByteLevel", the only kind supported'],
    [{ pre_tokenizer: { type: "ByteLevel" } }, '"pre_tokenizer.add_prefix_space" must be true or false, got nothing'],
    [
      { pre_tokenizer: { type: "Sequence", pretokenizers: [byteLevel, byteLevel] } },
      '"pre_tokenizer" must be one pre-tokenizer of type "ByteLevel", got {"type":"Sequence"',
    ],
    [
      { decoder: { type: "BPEDecoder" } },
      '"decoder.type" must be "ByteLevel", the only kind supported, got "BPEDecoder"',
    ],
    [
      { decoder: { type: "Sequence", decoders: [byteLevel, byteLevel] } },
      '"decoder" must be one decoder of type "ByteLevel", or null',
    ],
    [
      { post_processor: { type: "RobertaProcessing" } },
      '"post_processor.type" must be "ByteLevel" or "TemplateProcessing", the only kinds supported',
    ],
    [{ post_processor: 1 }, '"post_processor" must be an object with a type, got 1'],
    [
      { post_processor: template([{ SpecialToken: { id: "a", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }]) },
      '"post_processor.single" must be the text alone: a template that adds tokens is not supported',
    ],
    [
      { post_processor: template([{ SpecialToken: { id: "a", type_id: 0 } }]) },
      '"post_processor.single" must be the text alone: a template that adds tokens is not supported, got [{"SpecialToken"',
    ],
    [{ post_processor: template([]) }, '"post_processor.single" must be the text alone'],
    [{ model: null }, '"model" must be an object, got null'],
    [withModel({ type: "Unigram" }), '"model.type" must be "BPE", got "Unigram"'],
    [
      withModel({ dropout: 0.1 }),
      '"model.dropout" must be null or 0: dropout, which gives other ids each time, is not',
    ],
    [
      withModel({ continuing_subword_prefix: "##" }),
      '"model.continuing_subword_prefix" must be "" or null: a prefix is',
    ],
    [withModel({ end_of_word_suffix: "</w>" }), '"model.end_of_word_suffix" must be "" or null: a suffix is not'],
    [
      withModel({ byte_fallback: true }),
      '"model.byte_fallback" must be false or null: bytes as <0x00> are not supported',
    ],
    [withModel({ unk_token: 1 }), '"model.unk_token" must be a string, got 1'],
    [withModel({ fuse_unk: 1 }), '"model.fuse_unk" must be true or false, got 1'],
    [withModel({ vocab: [] }), '"model.vocab" must be an object from token to id, got []'],
    [withModel({ vocab: undefined }), '"model.vocab" must be an object from token to id, got nothing'],
    [
      withModel({ vocab: { a: "0" } }),
      '"model.vocab.a" must be an id, a whole number, 0 or more, at most 4294967295, got "0"',
    ],
    [withModel({ vocab: { a: 0, b: 0 } }), '"a" and "b" have one id, 0'],
    [withModel({ merges: "a b" }), '"model.merges" must be an array, got "a b"'],
    [
      withModel({ merges: ["a b", ["a", "b"]] }),
      '"model.merges.1" must be two tokens: all as arrays, or all as strings',
    ],
    [
      withModel({ merges: ["ab"] }),
      '"model.merges.0" must be two tokens: all as arrays, or all as strings with a space',
    ],
    [withModel({ merges: ["b a"] }), '"model.merges.0" must be of tokens in vocab, which lacks "ba", got "b a"'],
    [added({ lstrip: 1 }), '"added_tokens.0.lstrip" must be true or false, got 1'],
    [added({ content: undefined }), '"added_tokens.0.content" must be a string, got nothing'],
    [added({ id: "3" }), '"added_tokens.0.id" must be a whole number, 0 or more, got "3"'],
  ])("%j", (changes, message) => {
    expect(() => load(changes)).toThrow(TokenizerError);
    expect(() => load(changes)).toThrow(`t.json: is not a byte-level BPE tokenizer as GPT-2's: ${message}`);
  });

  test.each([
    [JSON.stringify(whole).replace("{", '{"version":"1.0",'), 't.json: has key "version" twice, again at position'],
    [
      JSON.stringify(whole).replace('"a":0', '"a":0.0'),
      /^t.json: has the number 0.0 at position \d+, not a whole number, 0 or more$/,
    ],
    [
      JSON.stringify(whole).replace('"a":0', '"a":-0'),
      /^t.json: has the number -0 at position \d+, not a whole number/,
    ],
    [
      JSON.stringify({ ...whole, ...added({}) }).replace('"id":3', '"id":3e0'),
      /^t.json: has the number 3e0 at position \d+, not a whole number/,
    ],
    [
      JSON.stringify(whole).replace("{", '{"truncation":{"max_length":8.0,"stride":0,"strategy":"LongestFirst"},'),
      /^t.json: has the number 8.0 at/,
    ],
    [
      JSON.stringify(whole).replace('"a"', '"\\ud800"'),
      /^t.json: has half of a surrogate pair in the string at position \d+$/,
    ],
    [`\ufeff${JSON.stringify(whole)}`, /^t.json: begins with a byte order mark: save it as UTF-8 without one$/],
    [JSON.stringify(whole).replace('"a":0', '"a":NaN'), /^t.json: is not valid JSON: .*NaN/], // serde_json takes none of them
    ["version https://git-lfs.github.com/spec/v1", "t.json: is a Git LFS pointer, not "],
    ["\n<!DOCTYPE html>", "t.json: is a web page, not "],
  ])("%s", (text, message) => expect(() => loadTokenizer(text, "t.json")).toThrow(message));
});

test("without a class, a token named beside the file is numbered after the file's own: no <|endoftext|> is added", () => {
  // as TokenizersBackend of transformers 5.18 has it; with a config.json of gpt2 it would be GPT2Tokenizer, and id 4
  const files = { "tokenizer.json": JSON.stringify(whole), "tokenizer_config.json": '{"pad_token":"<pad>"}' };
  expect(loadTokenizerFiles(files)?.encode("ab<pad>")).toEqual([2, 3]);
});

test.each(["0.0", "0e0", "-0"])("a dropout of %s is none, as in tokenizers", (dropout) => {
  const text = JSON.stringify({ ...whole, ...withModel({ dropout: 7, unknown: 8 }) });
  expect(loadTokenizer(text.replace("7", dropout).replace("8", "-1.5")).encode("ab")).toEqual([2]);
});

test("a dropout above 0 is refused by name", () => {
  expect(() => load(withModel({ dropout: 0.1 }))).toThrow('"model.dropout" must be null or 0: dropout, which');
});

test("without a decoder, a text is the tokens' names with spaces between, as in tokenizers", () => {
  const tokenizer = load({ decoder: null });
  expect(tokenizer.decode([2, 0])).toBe("ab a");
  const stream = tokenizer.streamingDecoder();
  expect([stream.push(2), stream.push(0), stream.end(), stream.push(1)]).toEqual(["ab", " a", "", "b"]);
});

test("a token whose name spells no bytes stands for its name, as in tokenizers", () => {
  const tokenizer = load(withModel({ vocab: { a: 0, b: 1, ab: 2, 日é: 3 } }));
  expect(tokenizer.decode([0, 3, 1])).toBe("a日éb");
});

test("an unk_token stands for bytes that the vocabulary lacks; one that is not there is an error", () => {
  expect(load(withModel({ unk_token: "ab" })).encode("axxa")).toEqual([0, 2, 2, 0]);
  expect(load(withModel({ unk_token: "ab", fuse_unk: true })).encode("axxa")).toEqual([0, 2, 0]);
  expect(() => load(withModel({ unk_token: "z" })).encode("ax")).toThrow(
    'encode: no token stands for byte 120; the vocabulary lacks 254 of the 256 bytes, and its unk_token "z" too',
  );
});

test("with ignore_merges a word that is a token is that token", () => {
  const vocab = { a: 0, b: 1, ab: 2, ba: 3 };
  expect(load(withModel({ vocab })).encode("ba")).toEqual([1, 0]);
  expect(load(withModel({ vocab, ignore_merges: true })).encode("ba")).toEqual([3]);
});

test("a run of 100,000 letters is merged in moments: n log n steps", () => {
  expect(load({}).encode("ab".repeat(50_000))).toEqual(Array(50_000).fill(2));
});
