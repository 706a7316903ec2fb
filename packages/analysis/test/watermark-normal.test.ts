/** Of texts that know nothing of the key, z is standard normal for every kind of hash: texts that people wrote. */
import { detectWatermark } from "@tsgpt/analysis";
import { createReferenceEngine } from "@tsgpt/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { randomIds } from "./colored.ts";
import { loadFixture } from "./fixture-files.ts";
import { deviationOf, humanTexts, KINDS, kolmogorovSmirnov, LENGTH, LIMIT, SAMPLES } from "./normality.ts";

let stories: number[][];
beforeAll(async () => {
  const { tokenizer } = await loadFixture("packages/gpt/test/fixtures/fairytales-1", createReferenceEngine());
  stories = await humanTexts((text) => tokenizer?.encode(text) ?? []);
});

describe.each(KINDS)("%s, without a watermark", (_, kind) => {
  test("z of 1,000 samples of 200 tokens that people wrote, each with a key of its own, is standard normal", () => {
    const zs = Array.from(
      { length: SAMPLES },
      (_, i) => detectWatermark(stories[i % stories.length], { ...kind, key: 1000 + 7919 * i }).z,
    );
    expect(kolmogorovSmirnov(zs)).toBeLessThan(LIMIT);
    expect(Math.abs(deviationOf(zs) - 1)).toBeLessThan(4 / Math.sqrt(2 * SAMPLES)); // four standard errors
  });
});

/** A text of 50 words over and over: of a wide self hash the windows differ, and the tokens that decide in them are the same few. */
test("a wide self hash counts what one pair of tokens colors once: z of texts of few words has deviation 1, and 1.3 by windows", () => {
  const kind = { hash: "self", width: 4 } as const;
  const texts = Array.from({ length: SAMPLES }, (_, seed) => randomIds(LENGTH, seed).map((id) => id % 12));
  const zs = texts.map((ids, i) => detectWatermark(ids, { ...kind, key: i }).z);
  const repeated = texts.map((ids, i) => detectWatermark(ids, { ...kind, key: i }, { ignoreRepeats: false }).z);
  expect(Math.abs(deviationOf(zs) - 1)).toBeLessThan(4 / Math.sqrt(2 * SAMPLES));
  expect(deviationOf(repeated)).toBeGreaterThan(1.3);
});
