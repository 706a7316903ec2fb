/** Scores of choices: those of one full pass per choice, to the bit; in few passes, and with all memory returned. */
import {
  bestChoice,
  type ChoiceToken,
  type ChoiceTokens,
  choiceScores,
  choiceTokens,
  scoreChoices,
} from "@tsgpt/analysis";
import { cacheBytes, fittingCaches, forward, logSumOfExp, type Model } from "@tsgpt/gpt";
import { createReferenceEngine, createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countPasses } from "../../gpt/test/count-passes.ts";
import { limitedEngine } from "../../gpt/test/limited-engine.ts";
import { loadFixture } from "./fixture-files.ts";

const FIXTURE = "packages/gpt/test/fixtures/fairytales-1";
const PROMPTS = ["The king took", "", "Once upon a time there was a queen, and she lost ", '"Who are you'];
const CHOICES = [" his", " her own golden crown", "?", ' his.\n"And then', "dom"];

const engines = { reference: createReferenceEngine(), simd: createSimdEngine({ threads: 2 }) };
const models: Partial<Record<keyof typeof engines, Model>> = {};
beforeAll(async () => {
  for (const name of ["reference", "simd"] as const) models[name] = await loadFixture(FIXTURE, engines[name]);
});
afterAll(() => engines.simd.dispose());
const modelOf = (name: keyof typeof engines) => models[name] as Model;

const tokensOf = (model: Model, prompts = PROMPTS) => prompts.map((prompt) => choiceTokens(model, prompt, CHOICES));

/** By brute force: a full pass, without a cache, over the prompt and each choice. */
function fullPasses(model: Model, { shared, rests }: ChoiceTokens): ChoiceToken[][] {
  return rests.map((rest) => {
    const logits = forward(model, [...shared, ...rest]); // [T, V]
    return rest.map((id, i) => {
      const row = logits.row(shared.length - 1 + i).data;
      return { id, logprob: (row[id] as number) - logSumOfExp(row, i, "test") };
    });
  });
}

describe.each(["reference", "simd"] as const)("%s kernels", (name) => {
  test("the scores are those of one full pass per choice, to the bit", async () => {
    const prompts = tokensOf(modelOf(name), name === "simd" ? PROMPTS : PROMPTS.slice(0, 3));
    const scored = await scoreChoices(modelOf(name), prompts);
    for (const [i, prompt] of prompts.entries()) expect(scored[i]).toEqual(fullPasses(modelOf(name), prompt));
  });
});

/** Tokens of the longest prompt with its longest choice, without the last token. */
const longest = () =>
  Math.max(
    ...tokensOf(modelOf("reference")).map(({ shared, rests }) => {
      return shared.length + Math.max(...rests.map(({ length }) => length)) - 1;
    }),
  );

/** The memory of an engine in which so many caches fit beside the passes, by bisection. */
function bytesForCaches(count: number): number {
  const tokens = longest();
  const fits = (bytes: number) =>
    fittingCaches({ ...modelOf("reference"), engine: limitedEngine(bytes).engine }, tokens, 32) >= count;
  let [least, most] = [0, 1e9];
  while (most - least > 1) {
    const middle = Math.floor((least + most) / 2);
    if (fits(middle)) most = middle;
    else least = middle;
  }
  return most;
}

describe("scoring", () => {
  test("several prompts and their choices takes two passes: one over the prompts, one over the choices", async () => {
    const { model, passes } = countPasses(modelOf("reference"));
    await scoreChoices(model, tokensOf(model, PROMPTS.slice(0, 2)));
    expect(passes()).toBe(2);
  });

  test("choices of one token takes one pass and no cache", async () => {
    const { engine, most } = limitedEngine();
    const model = { ...modelOf("reference"), engine };
    const short = PROMPTS.slice(0, 2).map((prompt) => choiceTokens(model, prompt, [" his", " her"]));
    await scoreChoices(model, short);
    expect(most()).toBe(0);
  });

  test("gives the same scores where few caches fit, and returns all memory", async () => {
    const expected = await scoreChoices(modelOf("reference"), tokensOf(modelOf("reference")));
    const { engine, held, most } = limitedEngine(bytesForCaches(3));
    const few = { ...modelOf("reference"), engine };
    expect(await scoreChoices(few, tokensOf(few))).toEqual(expected);
    expect(most()).toBeLessThanOrEqual(3 * cacheBytes(few.config, longest()));
    expect(most()).toBeGreaterThan(0);
    expect(held()).toBe(0);
  });

  test("calls onScored once per prompt, in order", async () => {
    const model = modelOf("simd");
    const many = Array.from({ length: 5 }, () => PROMPTS[0] as string);
    const seen: number[] = [];
    await scoreChoices(model, tokensOf(model, many), { onScored: (i) => seen.push(i) });
    expect(seen).toEqual([0, 1, 2, 3, 4]);
  });

  test("ends with the signal's error, and returns all memory", async () => {
    const { engine, held } = limitedEngine();
    const model = { ...modelOf("reference"), engine };
    const controller = new AbortController();
    controller.abort();
    await expect(scoreChoices(model, tokensOf(model), { signal: controller.signal })).rejects.toThrow(/abort/i);
    expect(held()).toBe(0);
  });

  test("no prompts gives no scores", async () => {
    expect(await scoreChoices(modelOf("reference"), [])).toEqual([]);
  });
});

describe("normalization", () => {
  const tokens = (...logprobs: number[]) => logprobs.map((logprob) => ({ id: 1, logprob }));

  test("none sums, length divides by the tokens, prior subtracts the sum after the empty input", () => {
    expect(choiceScores(tokens(-1, -2, -3), tokens(-4, -5, -6))).toEqual({ none: -6, length: -2, prior: 9 });
  });

  test("each may choose another", () => {
    const scores = [
      choiceScores(tokens(-3), tokens(-1)), // -3, -3, -2
      choiceScores(tokens(-2, -2), tokens(-2, -1)), // -4, -2, -1
      choiceScores(tokens(-5), tokens(-9)), // -5, -5, 4
    ];
    expect(bestChoice(scores, "none")).toBe(0);
    expect(bestChoice(scores, "length")).toBe(1);
    expect(bestChoice(scores, "prior")).toBe(2);
    expect(() => bestChoice(scores, "lenght" as never)).toThrow(
      'bestChoice: normalization must be "none", "length" or "prior", got the string "lenght"',
    );
  });

  test("of equal scores the first is chosen", () => {
    expect(bestChoice([choiceScores(tokens(-1), tokens(-1)), choiceScores(tokens(-1), tokens(-1))], "none")).toBe(0);
  });
});
