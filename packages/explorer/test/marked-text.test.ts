/** A text with a watermark: that of generation with the key, and detected by it. */
import { detectWatermark } from "@tsgpt/analysis";
import { generate, type Model } from "@tsgpt/gpt";
import { createSampler } from "@tsgpt/sampling";
import { afterAll, beforeAll, expect, test } from "vitest";
import { chainOf } from "../src/worker/chain.ts";
import { markedText } from "../src/worker/marked-text.ts";
import { createSession, encode, open, type Session } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();
const sampling = { dialect: "openai", watermarkKey: 7 } as const; // of another key, which is replaced

let model: Model;
let session: Session;
beforeAll(async () => {
  model = await loadFixtureModel();
  session = createSession(model);
  await open(session, encode(session, "Once upon a time"), { seed: 1, sampling }, signal);
});
afterAll(() => model.engine.dispose());

test("the continuation of the prompt with the watermark of the key", async () => {
  const options = { seed: 3, tokens: 60, watermark: { key: 42 } };
  const counts: number[] = [];
  const text = await markedText(session, options, signal, (count) => counts.push(count));
  const sample = createSampler(chainOf(model, { dialect: "openai", watermarkKey: 42 }), { seed: 3 });
  let expected = "";
  const ids: number[] = [];
  for await (const token of generate(model, session.history, { sample, maxTokens: 60 })) {
    expected += token.text;
    ids.push(token.id);
  }
  expect(text).toBe(expected);
  expect(counts.at(-1)).toBe(ids.length);
  expect(detectWatermark(ids, { key: 42 }).z).toBeGreaterThan(3);
  expect(Math.abs(detectWatermark(ids, { key: 43 }).z)).toBeLessThan(3);
});

test("a cancelled one is cancelled", async () => {
  const controller = new AbortController();
  const options = { seed: 3, tokens: 60, watermark: { key: 42 } };
  const marked = markedText(session, options, controller.signal, () => controller.abort());
  await expect(marked).rejects.toThrow(/abort/i);
});
