/**
 * What z promises: of texts that know nothing of the key it is standard normal, by Kolmogorov and Smirnov's test, for every kind of
 * hash; of texts written with the key it is above 4. The texts are stories people wrote, and a trained model's own.
 */
import { detectWatermark } from "@tsgpt/analysis";
import { generateBatch, type Model } from "@tsgpt/gpt";
import { type ChainSpec, createSampler, type WatermarkKey } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { loadFixture, readBytes } from "../../gpt/test/fixture-files.ts";
import { upperTail } from "../src/detect/upper-tail.ts";
import { randomIds } from "./coloured.ts";

const LENGTH = 200;
const SAMPLES = 1000;
/** The statistic's 1% point for 1,000 samples: 1.628 / sqrt(1000). */
const LIMIT = 1.628 / Math.sqrt(SAMPLES);

const engine = createSimdEngine({ threads: 2 });
let model: Model;
let stories: number[][];
beforeAll(async () => {
  model = await loadFixture("packages/gpt/test/fixtures/fairytales-1", engine);
  const text = new TextDecoder().decode(await readBytes("examples/detection/human.txt"));
  const ids = text
    .trim()
    .split("\n")
    .map((line) => model.tokenizer?.encode(line) ?? []);
  stories = ids.filter(({ length }) => length >= LENGTH).map((story) => story.slice(0, LENGTH));
});
afterAll(() => engine.dispose());

/** The largest distance between the share of samples up to z and the normal distribution's. */
function kolmogorovSmirnov(zs: readonly number[]): number {
  const sorted = [...zs].sort((a, b) => a - b);
  const distances = sorted.map((z, i) => {
    const below = 1 - upperTail(z);
    return Math.max(Math.abs((i + 1) / sorted.length - below), Math.abs(i / sorted.length - below));
  });
  return Math.max(...distances);
}

const deviationOf = (zs: readonly number[]) => {
  const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;
  return Math.sqrt(zs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / zs.length);
};

const KINDS: [string, Omit<WatermarkKey, "key">][] = [
  ["left hash of 1", {}],
  ["left hash of 4", { width: 4 }],
  ["self hash of 1", { hash: "self" }],
  ["self hash of 4", { hash: "self", width: 4 }],
  ["self hash of 8", { hash: "self", width: 8 }],
];

/** A text of `length` tokens of each of `count` seeds, drawn from the whole distribution, ten seeds a prompt's place. */
async function written(count: number, steps: ChainSpec): Promise<number[][]> {
  const texts: number[][] = Array.from({ length: count }, () => []);
  const prompts = texts.map((_, i) => (stories[i % stories.length] ?? []).slice(0, 8));
  const sampleFor = (i: number) => createSampler(steps, { seed: i });
  for await (const { sequence, token } of generateBatch(model, prompts, {
    sampleFor,
    maxTokens: LENGTH,
    ignoreEos: true,
  })) {
    texts[sequence].push(token.id);
  }
  return texts;
}

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

test.runIf(FULL)(
  "z of 1,000 samples of 200 tokens that the model wrote is standard normal",
  { timeout: 600_000 },
  async () => {
    const texts = await written(SAMPLES, []);
    for (const [, kind] of KINDS) {
      const zs = texts.map((ids, i) => detectWatermark(ids, { ...kind, key: 5000 + 7919 * i }).z);
      expect(kolmogorovSmirnov(zs)).toBeLessThan(LIMIT);
    }
  },
);

describe.each(KINDS.filter(([name]) => FULL || name.endsWith("of 1")))("%s, with a watermark of delta 2", (_, kind) => {
  test("z is above 4 in most samples of 200 tokens", { timeout: 300_000 }, async () => {
    const key = { ...kind, key: 42 };
    const texts = await written(FULL ? 100 : 10, [{ type: "watermark", ...key, delta: 2 }]);
    const found = texts.filter((ids) => detectWatermark(ids, key).z > 4);
    expect(found.length).toBeGreaterThan(0.9 * texts.length);
  });
});
