/** Scores and statistics against transformers and PyTorch in float64: packages/gpt/test/fixtures/score. */

import {
  type Detection,
  detect,
  type Recipe,
  runningPerplexities,
  scoreText,
  type TokenScores,
  totalsOf,
} from "@tsgpt/analysis";
import { createReferenceEngine, createSimdEngine, type Engine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadFixture, readBytes } from "./fixture-files.ts";

interface Case {
  readonly length: number;
  readonly bos: number | null;
  readonly stride?: number;
  readonly recipe?: "llama.cpp";
  readonly scored: number;
  readonly loss: number;
  readonly perplexity: number;
  readonly rank: number;
  readonly logRank: number;
  readonly entropy: number;
  readonly lrr: number;
  readonly fastDetectGpt: number;
  readonly running?: readonly (readonly [number, number])[];
  readonly tokens?: readonly (readonly [number, number, number, number, (readonly [number, number][])?] | null)[];
}

const models = [
  {
    name: "tiny-untied",
    folder: "packages/gpt/test/fixtures/tiny-untied",
    engineName: "reference",
    create: createReferenceEngine,
  },
  {
    name: "tiny-untied",
    folder: "packages/gpt/test/fixtures/tiny-untied",
    engineName: "simd",
    create: () => createSimdEngine({ threads: 1 }),
  },
  {
    name: "fairytales-1",
    folder: "packages/gpt/test/fixtures/fairytales-1",
    engineName: "simd",
    create: () => createSimdEngine({ threads: 2 }),
  },
];
const fixtures = new Map<string, { ids: number[]; cases: Case[] }>();
for (const name of ["tiny-untied", "fairytales-1"]) {
  fixtures.set(
    name,
    JSON.parse(new TextDecoder().decode(await readBytes(`packages/gpt/test/fixtures/score/${name}.json`))),
  );
}

/** Relative, of what a text comes to. */
const TOTAL = 1e-5;
/** Of one token: float32 logits of up to 21 are within 2.8e-5 of float64's (its README.md). */
const TOKEN = 4e-5;

const near = (got: number, expected: number, tolerance: number) =>
  Math.abs(got - expected) <= tolerance * Math.abs(expected);
const recipeOf = ({ recipe, stride }: Case): Recipe => (recipe ? { name: recipe } : { name: "transformers", stride });

describe.each(models)("$name, $engineName kernels", ({ name, folder, create }) => {
  const { ids, cases } = fixtures.get(name) as { ids: number[]; cases: Case[] };
  let engine: Engine;
  let score: (of: Case) => Promise<TokenScores>;
  beforeAll(async () => {
    engine = create();
    const model = await loadFixture(folder, engine);
    score = (of) => scoreText(model, ids.slice(0, of.length), { bos: of.bos ?? undefined, recipe: recipeOf(of) });
  });
  afterAll(() => engine.dispose());

  test.each(cases)("$length tokens, bos $bos, stride $stride $recipe: totals within 1e-5", async (reference) => {
    const scores = await score(reference);
    const { scored, loss, perplexity } = totalsOf([scores]);
    const got: Omit<Detection, "classes"> & { loss: number | null; perplexity: number | null } = {
      ...detect(scores),
      loss,
      perplexity,
    };
    expect(scored).toBe(reference.scored);
    for (const key of ["loss", "perplexity", "rank", "logRank", "entropy", "lrr", "fastDetectGpt"] as const) {
      expect(Math.abs(Number(got[key]) / reference[key] - 1), key).toBeLessThan(TOTAL);
    }
  });

  test.each(cases.filter(({ tokens }) => tokens))(
    "$length tokens, bos $bos: each token's numbers",
    async (reference) => {
      const scores = await score(reference);
      const wrong = (reference.tokens ?? []).flatMap((token, i): object[] => {
        if (token === null) return scores.rank[i] === -1 ? [] : [{ i, token, got: [scores.rank[i]] }];
        const [logprob, rank, entropy, variance] = token;
        const isSame =
          Math.abs(scores.logprob[i] - logprob) <= TOKEN &&
          Math.abs(scores.rank[i] - rank) <= 1 &&
          near(scores.entropy[i], entropy, TOTAL) &&
          near(scores.variance[i], variance, 2 * TOTAL);
        return isSame
          ? []
          : [{ i, token, got: [scores.logprob[i], scores.rank[i], scores.entropy[i], scores.variance[i]] }];
      });
      expect(wrong).toEqual([]);
      const ranks = (reference.tokens ?? []).filter((token, i) => token && scores.rank[i] !== token[1]);
      expect(ranks.length).toBeLessThanOrEqual(1); // two tokens nearer than float32 resolves
    },
  );

  test("the likeliest alternatives, in their order", async () => {
    const reference = cases.find(({ tokens }) => tokens) as Case;
    const scores = await score(reference);
    const listed = (reference.tokens ?? []).map((token, i) => ({ top: token?.[4], i })).filter(({ top }) => top);
    expect(listed).toHaveLength(10);
    for (const { top = [], i } of listed) {
      expect([...scores.topIds.subarray(5 * i, 5 * i + 5)]).toEqual(top.map(([id]) => id));
      for (const [j, [, logprob]] of top.entries())
        expect(Math.abs(scores.topLogprobs[5 * i + j] - logprob)).toBeLessThan(TOKEN);
    }
  });

  test("llama.cpp's running perplexity and its error, chunk by chunk", async () => {
    for (const reference of cases.filter(({ running }) => running)) {
      const running = runningPerplexities(await score(reference), name === "fairytales-1" ? 512 : 24);
      expect(running).toHaveLength(reference.running?.length ?? 0);
      for (const [i, [perplexity, error]] of (reference.running ?? []).entries()) {
        expect(near(running[i].perplexity, perplexity, TOTAL)).toBe(true);
        expect(near(running[i].error ?? 0, error, TOTAL)).toBe(true);
      }
    }
  });
});
