import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../src/tokenizer/tokenizer-files.ts";

const folder = new URL("./fixtures/gpt2-tokenizer/", import.meta.url);
const json = readFileSync(new URL("tokenizer.json", folder), "utf8");
const vectors: { source: string; text: string; ids: number[] }[] = JSON.parse(
  readFileSync(new URL("vectors.json", folder), "utf8"),
);
const gpt2 = loadTokenizer(json);

test("all 92 published texts give their ids, and the ids their texts", () => {
  expect(vectors).toHaveLength(92);
  for (const { source, text, ids } of vectors) {
    expect(gpt2.encode(text), source).toEqual(ids);
    expect(gpt2.decode(ids), source).toBe(text);
  }
});

test("streamed pieces join to the whole text and never show half a character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const decoder = gpt2.streamingDecoder();
      const pieces = gpt2.encode(text).map((id) => decoder.push(id));
      expect(pieces.join("") + decoder.end()).toBe(text);
      if (!text.includes("\uFFFD")) expect(pieces.join("")).not.toContain("\uFFFD");
    }),
  );
});

test("any ids at all: what is streamed is what is decoded", () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50256 })), (ids) => {
      const decoder = gpt2.streamingDecoder();
      expect(ids.map((id) => decoder.push(id)).join("") + decoder.end()).toBe(gpt2.decode(ids));
    }),
  );
});

test("a text cut inside an emoji ends in U+FFFD", () => {
  const ids = gpt2.encode("🇮🇹");
  expect(gpt2.decode(ids.slice(0, -1)).endsWith("\uFFFD")).toBe(true);
});

test("<|endoftext|> written out is its id, 50256", () => {
  expect(gpt2.encode("a<|endoftext|>b")).toEqual([64, 50256, 65]);
});

test("vocabSize counts the special token: 50,257", () => {
  expect(gpt2.vocabSize).toBe(50257);
});

test("an unknown id is an error that names it", () => {
  expect(() => gpt2.decode([50257])).toThrow("no token has id 50257");
});

test("a byte that no token stands for is an error, not left out", () => {
  const parsed = JSON.parse(json);
  parsed.model = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"] };
  const small = loadTokenizer(JSON.stringify(parsed));
  expect(small.encode("abba")).toEqual([2, 1, 0]);
  expect(() => small.encode("abx")).toThrow(
    "encode: no token stands for byte 120; the vocabulary lacks 254 of the 256 bytes",
  );
});

describe("a broken tokenizer.json is one clear line", () => {
  test.each([
    ["{", "t.json: is not valid JSON"],
    ["[]", "t.json: is not a byte-level BPE tokenizer as GPT-2's"],
    ['{"model":{"type":"Unigram","vocab":{},"merges":[]}}', "model.type"],
  ])("%s", (text, message) => {
    expect(() => loadTokenizer(text, "t.json")).toThrow(message);
  });
});

// tokenizers 0.23.2: decode([31373, 60000, 995], skip_special_tokens=False) is "hello world"
test("a stream passes over an id that only a model with padded rows has; decode names it", () => {
  const decoder = gpt2.streamingDecoder();
  expect([31373, 60000, 995].map((id) => decoder.push(id)).join("") + decoder.end()).toBe("hello world");
  expect(() => gpt2.decode([31373, 60000])).toThrow("decode: no token has id 60000; the vocabulary has 50257 ids");
});
