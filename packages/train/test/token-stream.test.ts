/** Documents as a stream of token ids. */
import type { Tokenizer } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { encodeDocuments, trainTokenizer } from "../src/index.ts";

const { tokenizer } = await trainTokenizer(["ab ab"], { vocabSize: 258 }); // 257 is "ab"
const idOf = (character: string) => tokenizer.encode(character)[0] as number;

test("a mark is before, between and after documents", async () => {
  const { ids } = await encodeDocuments(["ab", "b"], tokenizer);
  expect([...ids]).toEqual([0, 257, 0, idOf("b"), 0]);
});

test("a tokenizer without an end-of-text token has no marks", async () => {
  const { tokenizer: plain } = await trainTokenizer(["ab"], { vocabSize: 256, specialTokens: [] });
  const { ids } = await encodeDocuments(["a", "b"], plain);
  expect([...ids]).toEqual([...plain.encode("a"), ...plain.encode("b")]);
});

test("bytes are those of the documents in UTF-8, without the marks", async () => {
  const texts = ["é漢\u{1f600}", "x", "\ud800y"];
  const length = (text: string) => new TextEncoder().encode(text).length;
  const { bytes } = await encodeDocuments(texts, tokenizer);
  expect(bytes).toBe(texts.reduce((sum, text) => sum + length(text), 0)); // 9 + 1 + 4
  expect(bytes).toBe(14);
});

test("ids take two bytes each up to a vocabulary of 65,536, and four above", async () => {
  const of = async (vocabSize: number) => (await encodeDocuments(["a"], tokenizer, { vocabSize })).ids;
  expect(await of(65536)).toBeInstanceOf(Uint16Array);
  expect(await of(65537)).toBeInstanceOf(Int32Array);
});

test.each([0, Number.NaN])("a vocabulary of %d is refused", async (vocabSize) => {
  await expect(encodeDocuments(["a"], tokenizer, { vocabSize })).rejects.toThrow(
    new RangeError(`encodeDocuments: vocabSize must be a whole number, 1 or more, got ${vocabSize}`),
  );
});

test("a stream longer than its first buffer is whole", async () => {
  const documents = Array.from({ length: 5 }, (_, i) => " ab".repeat(20_000 + i) + "b".repeat(i));
  const { ids } = await encodeDocuments(documents, tokenizer);
  expect(tokenizer.decode([...ids])).toBe(`<|endoftext|>${documents.join("<|endoftext|>")}<|endoftext|>`);
});

test("progress counts documents", async () => {
  const seen: number[][] = [];
  await encodeDocuments(["a".repeat(2 ** 18), "b", "c"], tokenizer, { onProgress: (...at) => seen.push(at) });
  expect(seen).toEqual([
    [1, 3],
    [3, 3],
  ]);
});

test("a signal ends it", async () => {
  const controller = new AbortController();
  const options = { onProgress: () => controller.abort(new Error("stopped")), signal: controller.signal };
  await expect(encodeDocuments(["a", "b"], tokenizer, options)).rejects.toThrow("stopped");
});

describe("refuses", () => {
  test("no document", async () => {
    await expect(encodeDocuments([], tokenizer)).rejects.toThrow("the text is empty: it has no document");
  });

  test("an id that the model lacks", async () => {
    const foreign: Tokenizer = { ...tokenizer, encode: () => [3, 300] };
    await expect(encodeDocuments(["a"], foreign, { vocabSize: 300 })).rejects.toThrow(
      "the tokenizer gives the id 300, the model has the ids 0 to 299: use the model's own tokenizer",
    );
  });
});
