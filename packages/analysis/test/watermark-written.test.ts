/** A trained model's own texts: without a watermark z is standard normal, with one it is above 4. */
import { fileURLToPath } from "node:url";
import { detectWatermark } from "@tsgpt/analysis";
import { generateBatch, type Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { humanTexts, KINDS, kolmogorovSmirnov, LENGTH, LIMIT, SAMPLES } from "./normality.ts";

const engine = createSimdEngine({ threads: 2 });
let model: Model;
let stories: number[][];
beforeAll(async () => {
  model = await loadModel(fileURLToPath(new URL("../../gpt/test/fixtures/fairytales-1", import.meta.url)), { engine });
  stories = await humanTexts((text) => model.tokenizer?.encode(text) ?? []);
});
afterAll(() => engine.dispose());

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

describe.each(FULL ? KINDS : [KINDS[0]])("%s, with a watermark of delta 2", (_, kind) => {
  test("z is above 4 in most samples of 200 tokens", { timeout: 300_000 }, async () => {
    const key = { ...kind, key: 42 };
    const texts = await written(FULL ? 100 : 10, [{ type: "watermark", ...key, delta: 2 }]);
    const found = texts.filter((ids) => detectWatermark(ids, key).z > 4);
    expect(found.length).toBeGreaterThan(0.9 * texts.length);
  });
});
