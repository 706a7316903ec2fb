import { detect, rankClass } from "@tsgpt/analysis";
import { describe, expect, test } from "vitest";
import { emptyScores, type TokenScores } from "../src/score/token-scores.ts";

/** Scores with these columns; the first token has none. */
function scores(logprob: number[], rank: number[], entropy: number[], variance: number[]): TokenScores {
  const all = emptyScores([0, ...rank], 0);
  for (const [i, value] of rank.entries()) {
    all.logprob[i + 1] = logprob[i];
    all.rank[i + 1] = value;
    all.entropy[i + 1] = entropy[i];
    all.variance[i + 1] = variance[i];
  }
  return all;
}

describe("ln p -1, -3, -8; ranks 0, 9, 1000; entropies 2, 2, 5; variances 1, 3, 5", () => {
  const found = detect(scores([-1, -3, -8], [0, 9, 1000], [2, 2, 5], [1, 3, 5]));

  test("mean log-likelihood (-1 - 3 - 8) / 3 = -4, mean entropy 9 / 3 = 3", () => {
    expect(found).toMatchObject({ scored: 3, logLikelihood: -4, entropy: 3 });
  });

  test("ranks count from 1: mean (1 + 10 + 1001) / 3, mean ln (0 + 2.302585 + 6.908755) / 3 = 3.070447", () => {
    expect(found.rank).toBeCloseTo(1012 / 3, 12);
    expect(found.logRank).toBeCloseTo(3.070447, 6);
  });

  test("LRR = 4 / 3.070447 = 1.302742", () => {
    expect(found.lrr).toBeCloseTo(1.302742, 5);
  });

  test("Fast-DetectGPT = (-12 + 9) / sqrt(9) = -1", () => {
    expect(found.fastDetectGpt).toBeCloseTo(-1, 12);
  });

  test("GLTR's classes: rank 9 is among the top 10, rank 1000 behind the top 1000", () => {
    expect(found.classes).toEqual({ top10: 2, top100: 0, top1000: 0, rest: 1 });
  });
});

test.each([
  [0, "top10"],
  [9, "top10"],
  [10, "top100"],
  [99, "top100"],
  [100, "top1000"],
  [999, "top1000"],
  [1000, "rest"],
])("rank %d is in %s", (rank, name) => {
  expect(rankClass(rank)).toBe(name);
});

test("a text of likeliest tokens has no LRR, one of certain ones no Fast-DetectGPT: their denominators are 0", () => {
  expect(detect(scores([0, 0], [0, 0], [0, 0], [0, 0]))).toMatchObject({ lrr: null, fastDetectGpt: null });
});

test("a text in which nothing is scored is refused", () => {
  expect(() => detect(emptyScores([1], 0))).toThrow(
    "detect: no token has a score; give a longer text, or a begin token before it",
  );
});
