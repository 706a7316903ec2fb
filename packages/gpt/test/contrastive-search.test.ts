/**
 * Contrastive search chooses what its formula chooses on transformers' hidden states, in whole passes without a cache
 * (tools/reference/make_decode_fixtures.py). Runs in Node, and in Chromium by test/browser.
 */
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { type ContrastiveOptions, contrastiveSearch } from "../src/decode/contrastive-search.ts";
import { softmaxDistribution } from "../src/decode/distribution.ts";
import { passBytes } from "../src/memory/memory.ts";
import { collect } from "./collect.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { loadFixture, readBytes } from "./fixture-files.ts";
import { limitedEngine } from "./limited-engine.ts";
import { characterTokenizer, tinyConfig, tinyModel } from "./tiny-model.ts";

interface ContrastiveCase {
  prompt: number[];
  topK: number;
  penaltyAlpha: number;
  ids: number[];
}

const fixtures = "packages/gpt/test/fixtures";
const readCases = async (name: string): Promise<ContrastiveCase[]> =>
  JSON.parse(new TextDecoder().decode(await readBytes(`${fixtures}/decode/${name}.json`))).contrastive;

async function search(model = tinyModel(), options: ContrastiveOptions = {}, prompt = [3, 1, 4]) {
  const { yielded, returned } = await collect(contrastiveSearch(model, prompt, { maxTokens: 5, ...options }));
  return { ids: yielded.map(({ id }) => id), text: yielded.map(({ text }) => text).join(""), reason: returned };
}

describe.each(engines)("$engineName", ({ engineName, create }) => {
  const engine = create();
  afterAll(() => engine.dispose());

  test.each(["tiny-tied", "tiny-untied", "fairytales-1"])("%s: the ids that the formula gives", async (name) => {
    const model = await loadFixture(`${fixtures}/${name}`, engine);
    const slowness = name !== "fairytales-1" ? 1 : engineName === "reference" ? 5 : FULL ? 1 : 2; // a second each there
    const every = engineName === "reference" && !FULL ? 3 * slowness : slowness;
    const cases = (await readCases(name)).filter((_, i) => i % every === 0);
    for (const { prompt, ids, ...options } of cases) {
      const found = await search(model, { ...options, maxTokens: ids.length, ignoreEos: true }, prompt);
      expect(found.ids, JSON.stringify({ prompt, ...options })).toEqual(ids);
    }
  });
});

test("k candidates are one pass a token, after one for the prompt: the one chosen is not computed again", async () => {
  const { model, passes } = countPasses(tinyModel());
  await search(model, { topK: 3, maxTokens: 4 });
  expect(passes()).toBe(1 + 4);
});

test("where fewer caches fit than there are candidates, they are looked at in groups, and the ids are the same", async () => {
  const cacheOf8 = 2 * 3 * 12 * 8 * 4; // bytes: prompt and 5 tokens
  const expected = await search(tinyModel(), { topK: 8 });
  for (const [caches, passesAToken] of [
    [8, 1],
    [3, 4], // 3, then 2, 2 and 1: the best so far keeps its cache
    [2, 7],
  ] as const) {
    const pass = passBytes(tinyConfig, { threads: 1 }, { rows: 24 + 8, sequences: 8, dtype: "f32" });
    const { engine, held, most } = limitedEngine(pass + caches * cacheOf8);
    const { model, passes } = countPasses({ ...tinyModel(), engine });
    expect(await search(model, { topK: 8 })).toEqual(expected);
    expect(passes(), `${caches} caches`).toBe(1 + 5 * passesAToken);
    expect([most() / cacheOf8, held()]).toEqual([caches, 0]);
  }
});

test("an engine without room for a second cache says so", async () => {
  const { engine, held } = limitedEngine(2 * 3 * 12 * 8 * 4);
  await expect(search({ ...tinyModel(), engine })).rejects.toThrow("KVCache: a capacity of 8 tokens takes");
  expect(held()).toBe(0);
});

test("of equal scores the more probable token's is taken, then the lower id's", async () => {
  const half = () => ({ ids: [8, 30], probabilities: [0.5, 0.5] });
  const more = () => ({ ids: [8, 30], probabilities: [0.4, 0.6] });
  const flat = { ...tinyModel() };
  flat.parameters.lnF.weight.data.fill(0); // every hidden state is the bias: every cosine is 1
  expect((await search(flat, { distribution: half, maxTokens: 1 })).ids).toEqual([8]);
  expect((await search(flat, { distribution: more, penaltyAlpha: 1, maxTokens: 1 })).ids).toEqual([30]);
});

test("a distribution narrows the candidates, and is given logits that it may spoil and the text so far", async () => {
  const seen: string[] = [];
  const run = await search(tinyModel(), {
    maxTokens: 2,
    distribution: (logits, { history, promptLength }) => {
      seen.push(`${history.join()} | ${promptLength}`);
      logits.fill(0);
      return { ids: [7], probabilities: [1] };
    },
  });
  expect(run.ids).toEqual([7, 7]);
  expect(seen).toEqual(["3,1,4 | 3", "3,1,4,7 | 3"]);
});

test("texts end as generate's do: end-of-text, stop string, context, length, abort", async () => {
  const letters = characterTokenizer("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61));
  const only = (id: number) => () => ({ ids: [id], probabilities: [1] });
  const model = tinyModel({ eosTokenId: 2, nPositions: 6 }, letters);
  const all = { maxTokens: undefined };
  expect(await search(model, { ...all, distribution: only(2) })).toEqual({ ids: [2], text: "", reason: "eos" });
  expect(await search(model, { ...all, distribution: only(5), stop: ["ff"] })).toMatchObject({
    text: "",
    reason: "stop",
  });
  expect(await search(model, { ...all, distribution: only(5) })).toMatchObject({ text: "fff", reason: "context" });
  expect(await search(model, { maxTokens: 1 })).toMatchObject({ reason: "length" });
  expect(await search(model, { signal: AbortSignal.abort() })).toMatchObject({ ids: [], reason: "abort" });
});

test("an abort between tokens leaves what was chosen before", async () => {
  const controller = new AbortController();
  const run = contrastiveSearch(tinyModel(), [3, 1, 4], {
    signal: controller.signal,
    distribution: (logits, context) => {
      if (context.history.length === 5) controller.abort();
      return softmaxDistribution(logits, context);
    },
  });
  const { yielded, returned } = await collect(run);
  expect([yielded.length, returned]).toEqual([2, "abort"]);
});

test.each([
  [{ topK: 0 }, "topK must be a whole number, 1 or more, got 0"],
  [{ penaltyAlpha: 1.5 }, "penaltyAlpha must be from 0 to 1, got 1.5"],
  [{ penaltyAlpha: Number.NaN }, "penaltyAlpha must be from 0 to 1, got NaN"],
  [{ maxTokens: -1 }, "maxTokens must be a whole number, 0 or more, got -1"],
])("%s is refused by the call itself", (options, message) => {
  expect(() => contrastiveSearch(tinyModel(), [3], options)).toThrow(`contrastiveSearch: ${message}`);
});

test("a distribution of no token is an error that names the position", async () => {
  await expect(search(tinyModel(), { distribution: () => ({ ids: [], probabilities: [] }) })).rejects.toThrow(
    "contrastiveSearch: distribution leaves no token at position 3",
  );
});
