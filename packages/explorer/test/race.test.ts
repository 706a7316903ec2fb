/** A race against generate, with the cache and without; and what it leaves as it was. */
import { generate, type Model } from "@tsgpt/gpt";
import { createSampler, presetChain } from "@tsgpt/sampling";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { totalsOf } from "../src/components/cache/totals.ts";
import type { Lap, RaceEnd } from "../src/protocol/cache.ts";
import { type RaceOptions, race } from "../src/worker/race.ts";
import { createSession, encode, open, type Session, setSampling, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const PROMPT = "Once upon a time";
const { signal } = new AbortController();

let model: Model;
let session: Session;
let prompt: readonly number[];
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());
beforeEach(async () => {
  session?.cache.dispose();
  session = createSession(model);
  prompt = encode(session, PROMPT);
  await open(session, prompt, { seed: 7, sampling: { dialect: "lecture" } }, signal);
});

async function raced(options: RaceOptions, until = signal, of = session): Promise<{ laps: Lap[]; end: RaceEnd }> {
  const laps: Lap[] = [];
  const all = race(of, options, until);
  for (;;) {
    const lap = await all.next();
    if (lap.done) return { laps, end: lap.value };
    laps.push(lap.value);
  }
}

async function generated(seed: number, maxTokens: number, useCache: boolean): Promise<number[]> {
  const ids: number[] = [];
  const sample = createSampler(presetChain("lecture"), { seed });
  for await (const { id } of generate(model, PROMPT, { sample, maxTokens, useCache })) ids.push(id);
  return ids;
}

test("both sides have the ids of generate, with a cache and without", async () => {
  const { laps, end } = await raced({ seed: 7, tokens: 16 });
  expect(end).toBe("length");
  expect(laps.map(({ withCache }) => withCache.id)).toEqual(await generated(7, 16, true));
  expect(laps.map(({ without }) => without.id)).toEqual(await generated(7, 16, false));
  expect(laps.map(({ text }) => text).join("")).toBe(model.tokenizer?.decode(await generated(7, 16, true)));
});

test("multiply-adds: the first pass reads the prompt; then one position with the cache, all of them without", async () => {
  const { laps } = await raced({ seed: 7, tokens: 5 });
  const { nLayer: l, nEmbd: c, vocabSize: v } = model.config;
  const weights = l * 12 * c * c; // of one position, as nInner is 4 C
  for (const [i, { withCache, without }] of laps.entries()) {
    const s = prompt.length + i;
    const whole = s * weights + l * c * s * (s + 1) + v * c;
    expect(without.multiplyAdds).toBe(whole);
    expect(withCache.multiplyAdds).toBe(i === 0 ? whole : weights + 2 * l * c * s + v * c);
  }
});

test("every pass takes time", async () => {
  const { laps } = await raced({ seed: 7, tokens: 3 });
  for (const { withCache, without } of laps) {
    expect(withCache.milliseconds).toBeGreaterThan(0);
    expect(without.milliseconds).toBeGreaterThan(0);
  }
});

test("the text, its cache, its logits, its random numbers and the memory are as they were", async () => {
  for (let i = 0; i < 3; i++) await step(session, undefined, signal);
  const { history, draws, logits, cache, sampler, computedFrom } = session;
  const state = () => structuredClone({ logits, length: cache.length, random: sampler.state() });
  const memory = () => (model.engine.memory?.availableBytes ?? 0) + model.engine.arenaBytes; // scratch is kept
  await raced({ seed: 7, tokens: 8 });
  const before = { state: state(), memory: memory() };
  await raced({ seed: 7, tokens: 8 });
  expect(session).toMatchObject({ history, draws, computedFrom });
  expect({ state: state(), memory: memory() }).toEqual(before);
  await step(session, undefined, signal);
  expect(session.history.slice(prompt.length)).toEqual(await generated(7, 4, true));
});

test("it has the sampling that is in force, and its own seed", async () => {
  setSampling(session, { dialect: "hf", topK: 3 });
  const { laps } = await raced({ seed: 11, tokens: 8 });
  const ids: number[] = [];
  const sample = createSampler(presetChain("hf", { topK: 3 }), { seed: 11 });
  for await (const { id } of generate(model, PROMPT, { sample, maxTokens: 8 })) ids.push(id);
  expect(laps.map(({ withCache }) => withCache.id)).toEqual(ids);
});

test("stopped, it ends within the token", async () => {
  const controller = new AbortController();
  const all = race(session, { seed: 7, tokens: 100 }, controller.signal);
  expect((await all.next()).done).toBe(false);
  const lap = all.next();
  controller.abort();
  expect(await lap).toEqual({ done: true, value: "cancelled" });
  expect(await raced({ seed: 7, tokens: 100 }, AbortSignal.abort())).toEqual({ laps: [], end: "cancelled" });
});

test("an end-of-text token ends it", async () => {
  const [, , third] = await generated(7, 3, true);
  const ending = { ...model, config: { ...model.config, eosTokenId: third } };
  const { laps, end } = await raced({ seed: 7, tokens: 8 }, signal, { ...session, model: ending });
  expect(end).toBe("eos");
  expect(laps.map(({ without }) => without.id)).toEqual(await generated(7, 3, true));
});

test("a number of tokens that the context does not have is refused", async () => {
  const most = model.config.nPositions - prompt.length;
  const rule = `A race needs 1 to ${most} tokens, as the context has room for ${most} more; got`;
  await expect(raced({ seed: 7, tokens: most + 1 })).rejects.toThrow(`${rule} ${most + 1}`);
  await expect(raced({ seed: 7, tokens: 0 })).rejects.toThrow(`${rule} 0`);
  session.promptLength = model.config.nPositions;
  await expect(raced({ seed: 7, tokens: 1 })).rejects.toThrow(
    "The prompt fills the context, so no token can follow; shorten it",
  );
});

test("without memory for another cache, one sentence with the numbers; the text stays usable", async () => {
  const engine = { ...model.engine, memory: { heldBytes: 0, availableBytes: 1000, limitBytes: 2 ** 30 } };
  const poor = { ...session, model: { ...model, engine } };
  const all = race(poor, { seed: 7, tokens: 8 }, signal);
  await expect(all.next()).rejects.toThrow(
    /^A race needs [\d.]+ MB for a cache of its own, and 0\.0 MB are left; let it have fewer tokens$/,
  );
  await step(session, undefined, signal);
  expect(session.history).toHaveLength(prompt.length + 1);
});

const lap = (id: number, other: number, milliseconds = 2): Lap => ({
  text: "",
  withCache: { id, milliseconds, multiplyAdds: 10 },
  without: { id: other, milliseconds: 6, multiplyAdds: 40 },
});

test("totals: sums and medians of both sides, and how many ids are the same", () => {
  expect(totalsOf([lap(1, 1), lap(2, 2, 10), lap(3, 3, 3)])).toEqual({
    withCache: { milliseconds: 15, medianMilliseconds: 3, multiplyAdds: 30 },
    without: { milliseconds: 18, medianMilliseconds: 6, multiplyAdds: 120 },
    same: 3,
  });
  expect(totalsOf([lap(1, 1), lap(2, 3), lap(4, 4)]).same).toBe(1);
});
