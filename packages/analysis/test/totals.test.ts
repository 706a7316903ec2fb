import { runningPerplexities, scoreText, scoreTexts, totalsOf } from "@tsgpt/analysis";
import { crossEntropy, type Model } from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyScores } from "../src/score/token-scores.ts";
import { loadFixture } from "./fixture-files.ts";

const engine = createSimdEngine({ threads: 1 });
let tales: Model;
let tiny: Model;
beforeAll(async () => {
  tales = await loadFixture("packages/gpt/test/fixtures/fairytales-1", engine);
  tiny = await loadFixture("packages/gpt/test/fixtures/tiny-untied", createReferenceEngine());
});
afterAll(() => engine.dispose());

test("ln p -1 and -3 of tokens of 2 and 3 bytes: loss 2, perplexity e^2, 2 / ln 2 bits a token, 4 / ln 2 / 5 bits a byte", () => {
  const { tokenizer } = tales;
  const [, king, and] = [
    ...(tokenizer?.encode("A") ?? []),
    ...["ou", "and"].map((text) => tokenizer?.encode(text)[0] ?? 0),
  ];
  const scores = emptyScores([0, king, and], 0);
  for (const [i, value] of [Number.NaN, -1, -3].entries()) scores.logprob[i] = value;
  for (const i of [1, 2]) scores.rank[i] = 0;
  const totals = totalsOf([scores], tokenizer);
  expect(totals).toMatchObject({ scored: 2, loss: 2 });
  expect(totals.perplexity).toBeCloseTo(Math.E ** 2, 12);
  expect(totals.bitsPerToken).toBeCloseTo(2 / Math.LN2, 12);
  expect(totals.bitsPerByte).toBeCloseTo(4 / Math.LN2 / 5, 12);
  expect(totalsOf([scores]).bitsPerByte).toBeNull();
});

test("an emoji's bytes are its four, however many tokens they take", async () => {
  const ids = tales.tokenizer?.encode("a🦓") ?? [];
  expect(ids.length).toBeGreaterThan(2);
  const scores = await scoreText(tales, ids, { bos: 0 });
  const bits = -scores.logprob.reduce((sum, value) => sum + value, 0) / Math.LN2;
  expect(totalsOf([scores], tales.tokenizer).bitsPerByte).toBeCloseTo(bits / 5, 10);
});

test("of several texts every token counts once; of none there is no loss", async () => {
  const [long, short] = await scoreTexts(tiny, [
    [1, 2, 3, 4, 5, 6],
    [7, 8],
  ]);
  const nats = [...long.logprob.slice(1), ...short.logprob.slice(1)].reduce((sum, value) => sum - value, 0);
  expect(totalsOf([long, short]).loss).toBeCloseTo(nats / 6, 12);
  expect(totalsOf([])).toEqual({ scored: 0, loss: null, perplexity: null, bitsPerToken: null, bitsPerByte: null });
});

describe("scoreTexts", () => {
  const ids = Array.from({ length: 24 }, (_, i) => (5 * i * i + 2) % 61);

  test("gives crossEntropy's losses", async () => {
    const { logprob } = await scoreText(tiny, ids);
    for (const [i, loss] of crossEntropy(tiny, ids).perPosition.entries()) expect(logprob[i + 1]).toBeCloseTo(-loss, 5);
  });

  test("gives each of several texts what it has alone, bit for bit", async () => {
    const texts = [ids, ids.slice(3, 9), ids.slice(7), ids.slice(0, 2)];
    for (const [i, scores] of (await scoreTexts(tiny, texts)).entries()) {
      expect(scores).toEqual(await scoreText(tiny, texts[i]));
    }
  });

  test("a begin token gives the first token a score, and is not among the tokens", async () => {
    const [scores, longer] = [await scoreText(tiny, ids.slice(1), { bos: ids[0] }), await scoreText(tiny, ids)];
    expect([...scores.logprob]).toEqual([...longer.logprob.slice(1)]);
  });

  test("says how far it is, and ends at an abort between two passes", async () => {
    const long = [...ids, ...ids, ...ids];
    const seen: [number, number][] = [];
    const abort = new AbortController();
    await scoreText(tiny, long, { onProgress: (...args) => seen.push(args) });
    expect(seen.at(-1)).toEqual([24 * 5, 24 * 5]);
    expect(seen).toHaveLength(5);
    const aborted = scoreText(tiny, long, { signal: abort.signal, onProgress: () => abort.abort() });
    await expect(aborted).rejects.toThrow("abort");
  });

  test("keeps no more alternatives than there are tokens", async () => {
    const { top } = await scoreText(tiny, ids, { top: 1000 });
    expect(top).toBe(61);
  });

  test.each([-1, 1.5])("refuses %d alternatives", async (top) => {
    await expect(scoreText(tiny, ids, { top })).rejects.toThrow(
      `score: top must be a whole number, 0 or more, got ${top}`,
    );
  });
});

test("one chunk's running perplexity of one token has no error", () => {
  const scores = emptyScores(
    Array.from({ length: 8 }, () => 0),
    0,
  );
  scores.logprob.fill(-1);
  expect(runningPerplexities(scores, 4)).toEqual([
    { perplexity: Math.E, error: null },
    { perplexity: Math.E, error: 0 },
  ]);
});
