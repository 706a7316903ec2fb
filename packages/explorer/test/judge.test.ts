/** Whole texts: scores, totals, statistics and watermark are those of analysis, and the JSON is the command's. */
import { detect, detectWatermark, scoreText, tokenScore, totalsOf } from "@tsgpt/analysis";
import type { Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { judge, scoresOf } from "../src/worker/judge.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const TEXT = "Once upon a time there was a king who had three daughters.";
const { signal } = new AbortController();
let model: Model;
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());

test("tokens, totals and statistics", async () => {
  const ids = model.tokenizer?.encode(TEXT) ?? [];
  const scores = await scoreText(model, ids);
  const { tokens, totals, detection, watermark } = await judge(model, { text: TEXT, watermark: undefined }, { signal });
  expect(tokens.map(({ text }) => text).join("")).toBe(TEXT);
  for (const [i, token] of tokens.entries()) expect(token).toMatchObject(tokenScore(scores, i));
  expect(totals).toEqual(totalsOf([scores], model.tokenizer));
  expect(detection).toEqual(detect(scores));
  expect(watermark).toBeUndefined();
});

test("a watermark's colors and evidence", async () => {
  const key = { key: 42, gamma: 0.5 };
  const { tokens, watermark } = await judge(model, { text: TEXT, watermark: key }, { signal });
  const { colors, ...evidence } = detectWatermark(
    tokens.map(({ id }) => id),
    key,
  );
  expect(watermark).toEqual(evidence);
  expect(tokens.map(({ color }) => color)).toEqual(colors);
});

test("the JSON has an object for each text, with the members of tsgpt score --json", async () => {
  const done: number[] = [];
  const onProgress = (part: number, total: number) => done.push(part / total);
  const reports = JSON.parse(await scoresOf(model, [TEXT, "The king"], { signal, onProgress }));
  expect(reports).toHaveLength(2);
  for (const report of reports) {
    expect(Object.keys(report).slice(0, 5)).toEqual(["model", "bos", "recipe", "ids", "tokens"]);
    expect(report).toMatchObject({ bos: null, recipe: { name: "transformers" } });
  }
  expect(reports[0].ids).toEqual(model.tokenizer?.encode(TEXT));
  expect(done).toEqual([0.5, 1]);
  await expect(scoresOf(model, [TEXT, ""], { signal })).rejects.toThrow("text B needs two tokens or more");
});

test("a text of one token is refused", async () => {
  await expect(judge(model, { text: "", watermark: undefined }, { signal })).rejects.toThrow(
    "a text needs two tokens or more: the first has nothing before it",
  );
});
