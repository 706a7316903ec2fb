import type { Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeCache } from "../src/worker/cache.ts";
import { back, createSession, encode, open, type Session, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const { signal } = new AbortController();

let model: Model;
let session: Session;
let prompt: number;
beforeAll(async () => {
  model = await loadFixtureModel();
  session = createSession(model);
  const ids = encode(session, "Once upon a time");
  prompt = ids.length;
  await open(session, ids, { seed: 7, sampling: { dialect: "lecture" } }, signal);
});
afterAll(() => model.engine.dispose());

test("bytes are 8 L C S, and those of the arrays of the cache", async () => {
  const { nLayer: l, nEmbd: c, nPositions } = model.config;
  for (const s of [prompt, prompt + 1, prompt + 2]) {
    const { positions, capacity, bytes, capacityBytes, layers } = describeCache(session);
    expect({ positions, capacity }).toEqual({ positions: s, capacity: nPositions });
    expect(bytes).toBe(8 * l * c * s);
    expect(capacityBytes).toBe(8 * l * c * nPositions);
    expect(layers).toEqual(Array(l).fill({ keys: 4 * c * s, values: 4 * c * s }));
    await step(session, undefined, signal);
  }
});

test("a step computes one position, and Back the last one again", async () => {
  expect(describeCache(session)).toMatchObject({ positions: prompt + 3, computed: 1 });
  await back(session, signal);
  expect(describeCache(session)).toMatchObject({ positions: prompt + 2, computed: 1 });
});

test("the last token's multiply-adds, with and without the cache", () => {
  const { nLayer: l, nEmbd: c, vocabSize: v } = model.config;
  const s = prompt + 2;
  const { cost } = describeCache(session); // nInner is 4 C, so that a position's weights are L 12 C^2
  expect(cost.withCache).toBe(l * 12 * c * c + 2 * l * c * s + v * c);
  expect(cost.without).toBe(s * l * 12 * c * c + l * c * s * (s + 1) + v * c);
});
