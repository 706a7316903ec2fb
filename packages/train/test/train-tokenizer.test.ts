/** The training of a tokenizer against what Python's tokenizers learns: tools/reference/make_bpe_fixtures.py. */
import { loadTokenizer } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { splitDocuments, type TokenizerProgress, trainTokenizer } from "../src/index.ts";
import { fixtureText, sha256 } from "./fixture-texts.ts";

interface Ties {
  readonly texts: string[];
  readonly vocabSize: number;
  readonly minFrequency: number;
  readonly specialTokens: string[];
  readonly merges: string[];
  readonly sha256: string;
}

const documents = splitDocuments(await fixtureText("tokenizer/excerpt.txt"));
const excerpt = JSON.parse(await fixtureText("tokenizer/excerpt.json"));
const ties: Ties[] = JSON.parse(await fixtureText("tokenizer/ties.json"));

const mergesOf = (json: string): string[] => JSON.parse(json).model.merges.map((pair: string[]) => pair.join(" "));

describe("as tokenizers 0.23.2", () => {
  test.each(Object.entries<string>(excerpt["sha256 by vocabSize"]))(
    "a vocabulary of %s gives the same tokenizer.json",
    async (vocabSize, expected) => {
      const { json } = await trainTokenizer(documents, { vocabSize: Number(vocabSize) });
      const learned = Math.min(mergesOf(json).length, excerpt.merges.length); // the fixture has those of 3,000
      expect(mergesOf(json).slice(0, learned)).toEqual(excerpt.merges.slice(0, learned));
      expect(await sha256(json)).toBe(expected);
    },
  );

  test("pairs that occur less often than minFrequency are not merged", async () => {
    const { json } = await trainTokenizer(documents, { vocabSize: 20000, minFrequency: 5 });
    expect(await sha256(json)).toBe(excerpt["sha256 of minFrequency 5"]);
  });

  test("equally frequent pairs and special tokens that merges make give the same", async () => {
    for (const { texts, merges, sha256: expected, ...options } of ties) {
      const { json } = await trainTokenizer(texts, options);
      expect({ texts, merges: mergesOf(json) }).toEqual({ texts, merges });
      expect(await sha256(json)).toBe(expected);
    }
  });

  test("the file is the same, digits among the tokens included, which an object would put first", async () => {
    const { json } = await trainTokenizer(['0 10 110 1110 22 222 \u007f\\ "\n'], { vocabSize: 300 });
    expect(json).toBe(await fixtureText("tokenizer/tokenizer.json"));
  });
});

test("the first ids are the special tokens, then the 256 bytes in the order of their characters", async () => {
  const { json, tokenizer } = await trainTokenizer(["aaa"], { vocabSize: 300, specialTokens: ["<s>", "</s>"] });
  const vocab: [string, number][] = Object.entries(JSON.parse(json).model.vocab);
  const tokens = vocab.sort(([, a], [, b]) => a - b).map(([token]) => token);
  expect(tokens.slice(0, 4)).toEqual(["<s>", "</s>", "!", '"']);
  expect(tokens.slice(257)).toEqual(["Ń", "aa", "aaa"]); // "aa" twice in "aaa", of which one becomes a token
  expect([tokenizer.vocabSize, tokenizer.encode("</s>aaa")]).toEqual([260, [1, 259]]);
});

test("the tokenizer in memory is that of the file, and reads back any text", async () => {
  const { json, tokenizer } = await trainTokenizer(documents, { vocabSize: 600 });
  const loaded = loadTokenizer(json);
  const text = `${documents[0]?.slice(0, 2000)} 漢字 \u{1f600}\u0000é<|endoftext|>`;
  expect(tokenizer.encode(text)).toEqual(loaded.encode(text));
  expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
});

test("no token spans two texts", async () => {
  const { json } = await trainTokenizer(["a", "b", "a", "b"], { vocabSize: 300 });
  expect(mergesOf(json)).toEqual([]);
});

test("a lone surrogate counts as U+FFFD, as in encode", async () => {
  const [lone, replaced] = await Promise.all(
    ["x\ud800y", "x\ufffdy"].map((text) => trainTokenizer([text], { vocabSize: 300 })),
  );
  expect(lone?.json).toBe(replaced?.json);
});

test("progress goes from the words to the tokens, each up to its total at most", async () => {
  const seen: TokenizerProgress[] = [];
  const large = documents.join(" ").repeat(8); // 397,000 characters
  await trainTokenizer([large], { vocabSize: 400, onProgress: (progress) => seen.push(progress) });
  expect([...new Set(seen.map(({ stage }) => stage))]).toEqual(["words", "tokens"]);
  const words = seen.filter(({ stage }) => stage === "words");
  expect(words.every(({ total, done }) => total === large.length && done > 2 ** 18 - 1 && done <= total)).toBe(true);
  const tokens = seen.filter(({ stage }) => stage === "tokens").map(({ done }) => done);
  expect([tokens[0], tokens.at(-1)]).toEqual([257 + 16, 257 + 8 * 16]);
});

describe("a signal", () => {
  test("that was aborted before", async () => {
    const signal = AbortSignal.abort(new Error("stopped"));
    await expect(trainTokenizer(["text"], { vocabSize: 300, signal })).rejects.toThrow("stopped");
  });

  test.each(["words", "tokens"])("ends the training while it is at the %s", async (stage) => {
    const controller = new AbortController();
    const onProgress = (progress: TokenizerProgress) => {
      if (progress.stage === stage) controller.abort(new Error(`stopped at the ${stage}`));
    };
    const options = { vocabSize: 400, onProgress, signal: controller.signal };
    const training = trainTokenizer([documents.join(" ").repeat(8)], options);
    await expect(training).rejects.toThrow(`stopped at the ${stage}`);
  });
});

describe("refuses", () => {
  const message = (options: object, texts: readonly string[] = ["text"]) =>
    trainTokenizer(texts, options as never).then(
      () => "nothing was thrown",
      (error: Error) => `${error.name}: ${error.message}`,
    );
  const parts = "256 bytes and 1 special tokens";

  test.each([
    [256, `from 257, for ${parts}, to 67108864, got 256`],
    [300.5, `from 257, for ${parts}, to 67108864, got 300.5`],
    [2 ** 27, `from 257, for ${parts}, to 67108864, got 134217728`],
  ])("vocabSize %d", async (vocabSize, rule) => {
    expect(await message({ vocabSize })).toBe(`RangeError: trainTokenizer: vocabSize must be a whole number ${rule}`);
  });

  test.each([[-1], [0.5]])("minFrequency %d", async (minFrequency) => {
    expect(await message({ vocabSize: 300, minFrequency })).toBe(
      `RangeError: trainTokenizer: minFrequency must be a whole number, 0 or more, got ${minFrequency}`,
    );
  });

  test.each([[["a", "a"]], [[""]]])("the special tokens %j", async (specialTokens) => {
    expect(await message({ vocabSize: 300, specialTokens })).toBe(
      `RangeError: trainTokenizer: specialTokens must be different and not empty, got ${JSON.stringify(specialTokens)}`,
    );
  });

  test("texts without a character", async () => {
    const expected = "RangeError: trainTokenizer: the texts are empty; a tokenizer is trained on text";
    expect([await message({ vocabSize: 300 }, []), await message({ vocabSize: 300 }, [""])]).toEqual([
      expected,
      expected,
    ]);
  });
});
