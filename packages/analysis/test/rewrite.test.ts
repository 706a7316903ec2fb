/** Rewrites: which tokens change, that the draw is the model's, and that it is seeded. */
import { detectGpt, scoreText } from "@tsgpt/analysis";
import { forward, type Model } from "@tsgpt/gpt";
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import { createReferenceEngine } from "@tsgpt/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { rewrite } from "../src/detect/rewrite.ts";
import { loadFixture } from "./fixture-files.ts";

let model: Model;
const ids = Array.from({ length: 60 }, (_, i) => (7 * i + 3) % 61);
beforeAll(async () => {
  model = await loadFixture("packages/gpt/test/fixtures/tiny-untied", createReferenceEngine());
});

/** Where a rewrite may differ: of 24 tokens ceil(0.3 * 24 / 4) = 2 spans of 2. */
const changed = (rewritten: readonly number[]) => rewritten.flatMap((id, i) => (id === ids[i] ? [] : [i]));

describe("a rewrite", () => {
  test("is as long as the text, and changes at most two spans of two tokens of 24", async () => {
    for (const rewritten of await rewrite(model, ids.slice(0, 24), { count: 20, seed: 1 })) {
      expect(rewritten).toHaveLength(24);
      expect(changed(rewritten).length).toBeLessThanOrEqual(4);
    }
  });

  test("keeps the first token of each part, which has nothing before it: parts are as long as the context, 24", async () => {
    const all = (await rewrite(model, ids, { count: 40, seed: 1 })).flatMap(changed);
    expect(all.filter((i) => i % 24 === 0)).toEqual([]);
    expect(all.some((i) => i > 48)).toBe(true);
  });

  test("may change the first token behind a begin token", async () => {
    const all = (await rewrite(model, ids.slice(0, 3), { count: 40, seed: 1, bos: 5 })).flatMap(changed);
    expect(all).toContain(0);
  });

  test("is the same for the same seed, whatever is rewritten beside it; rewrite i has seed + i", async () => {
    const many = await rewrite(model, ids, { count: 12, seed: 7 });
    expect(await rewrite(model, ids, { count: 2, seed: 7 })).toEqual(many.slice(0, 2));
    expect(await rewrite(model, ids, { count: 1, seed: 18 })).toEqual(many.slice(11));
    expect(new Set(many.map(String)).size).toBe(12);
  });

  /** 3 tokens have one span, the last two. Of 4,000 draws a share's standard error is below 0.008. */
  test("draws from the model's distribution: the second token behind the first, the third behind both", async () => {
    const text = [3, 1, 4];
    const probability = (before: number[], id: number) => {
      const row = [...forward(model, before, { positions: "last" }).row(0).data].map(Math.exp);
      return row[id] / row.reduce((sum, value) => sum + value, 0);
    };
    const drawn = await rewrite(model, text, { count: 4000, seed: 3 });
    const share = (is: (rewritten: number[]) => boolean) => drawn.filter(is).length / drawn.length;
    const likeliest = [...Array(61).keys()].sort((a, b) => probability([3], b) - probability([3], a))[0];
    const expected = probability([3], likeliest);
    expect(Math.abs(share(([, second]) => second === likeliest) - expected)).toBeLessThan(0.03);
    const then = [...Array(61).keys()].sort(
      (a, b) => probability([3, likeliest], b) - probability([3, likeliest], a),
    )[0];
    const both = expected * probability([3, likeliest], then);
    expect(Math.abs(share(([, second, third]) => second === likeliest && third === then) - both)).toBeLessThan(0.03);
  });

  test("of a text too short to have a span is refused, and an abort ends it", async () => {
    await expect(rewrite(model, [1, 2], { count: 2, seed: 1 })).rejects.toThrow(
      "rewrite: needs 3 tokens or more, got 2",
    );
    await expect(rewrite(model, [1], { count: 2, seed: 1, bos: 0 })).rejects.toThrow(
      "rewrite: needs 2 tokens or more, got 1",
    );
    await expect(rewrite(model, ids, { count: 2, seed: 1, signal: AbortSignal.abort() })).rejects.toThrow("abort");
  });
});

describe("detectGpt", () => {
  test("is the text's log-likelihood above its rewrites' mean, in their deviations, by hand", async () => {
    const text = ids.slice(0, 20);
    const likelihood = async (of: readonly number[]) => {
      const { logprob } = await scoreText(model, of);
      return logprob.slice(1).reduce((sum, value) => sum + value, 0) / (of.length - 1);
    };
    const values = await Promise.all((await rewrite(model, text, { count: 5, seed: 2 })).map(likelihood));
    const mean = values.reduce((sum, value) => sum + value, 0) / 5;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 5);
    const shares: number[] = [];
    const found = await detectGpt(model, await scoreText(model, text), {
      perturbations: 5,
      seed: 2,
      onProgress: (share) => shares.push(share),
    });
    expect(found.mean).toBeCloseTo(mean, 12);
    expect(found.deviation).toBeCloseTo(deviation, 12);
    expect(found.score).toBeCloseTo(((await likelihood(text)) - mean) / deviation, 10);
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  });

  test("is higher of a text that the model drew than of tokens by chance", async () => {
    const generator = createGenerator(5);
    const chance = Array.from({ length: 24 }, () => Math.floor(61 * nextUniform(generator)));
    const likely = [3];
    while (likely.length < 24) {
      const row = forward(model, likely, { positions: "last" }).row(0).data;
      likely.push(row.indexOf(Math.max(...row)));
    }
    const score = async (text: number[]) =>
      (await detectGpt(model, await scoreText(model, text), { perturbations: 20, seed: 1 })).score;
    expect(await score(likely)).toBeGreaterThan((await score(chance)) ?? 0);
  });

  test.each([0, 1, 2.5])("refuses %d perturbations", async (perturbations) => {
    await expect(detectGpt(model, await scoreText(model, ids), { perturbations, seed: 1 })).rejects.toThrow(
      `detectGpt: perturbations must be a whole number, 2 or more; got ${perturbations}`,
    );
  });
});
