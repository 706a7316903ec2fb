import { describe, expect, test } from "vitest";
import { scoreRow } from "../src/score/score-row.ts";
import { emptyScores, tokenScore } from "../src/score/token-scores.ts";

function scored(logits: number[], id: number, top = 2) {
  const scores = emptyScores([0, id], top);
  scoreRow(scores, 1, Float32Array.from(logits));
  return { ...tokenScore(scores, 1), variance: scores.variance[1] };
}

/** exp: 8, 4, 2, 2 of 16, so p = 1/2, 1/4, 1/8, 1/8. */
const LOGITS = [Math.log(2), Math.log(8), Math.log(4), Math.log(2)];

describe("p = 1/8, 1/2, 1/4, 1/8", () => {
  const token = scored(LOGITS, 2);

  test("the token of 1/4 has ln p = -1.3863 and one token above it", () => {
    expect(token.logprob).toBeCloseTo(Math.log(1 / 4), 6);
    expect(token.rank).toBe(1);
  });

  test("entropy: 1/2 ln 2 + 1/4 ln 4 + 2/8 ln 8 = 1.75 ln 2", () => {
    expect(token.entropy).toBeCloseTo(1.75 * Math.LN2, 6);
  });

  test("variance of ln p: (1/2 + 4/4 + 2 * 9/8 - 1.75^2) ln^2 2 = 0.6875 ln^2 2", () => {
    expect(token.variance).toBeCloseTo(0.6875 * Math.LN2 ** 2, 6);
  });

  test("the likeliest first; of two as likely the lower id", () => {
    expect(scored(LOGITS, 2, 4).top.map(({ id }) => id)).toEqual([1, 2, 0, 3]);
    expect(scored(LOGITS, 2, 3).top.map(({ id }) => id)).toEqual([1, 2, 0]);
    expect(token.top[0].logprob).toBeCloseTo(Math.log(1 / 2), 6);
    expect(scored(LOGITS, 2, 0).top).toEqual([]);
  });

  test("a token as likely as another is not below it", () => {
    expect([scored(LOGITS, 0).rank, scored(LOGITS, 3).rank]).toEqual([2, 2]);
  });
});

test("a uniform distribution of 61 has entropy ln 61, variance 0 and rank 0 everywhere", () => {
  const token = scored(Array(61).fill(-3), 60);
  expect(token.entropy).toBeCloseTo(Math.log(61), 12);
  expect(token.variance).toBeCloseTo(0, 12);
  expect(token.rank).toBe(0);
});

test("a certain token: ln p 0, entropy 0", () => {
  const token = scored([-1000, 900, -1000], 1);
  expect([token.logprob, token.variance]).toEqual([0, 0]);
  expect(token.entropy).toBeCloseTo(0, 12);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("a logit of %d is refused", (logit) => {
  expect(() => scored([1, logit, 2], 0)).toThrow(
    "score: the logits before position 1 are not finite numbers; check the weights",
  );
});

test("a token without a score has null", () => {
  expect(tokenScore(emptyScores([7, 8], 5), 0)).toEqual({
    id: 7,
    position: 0,
    logprob: null,
    rank: null,
    entropy: null,
    top: [],
  });
});
