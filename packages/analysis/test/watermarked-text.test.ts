/** What the step writes into a text of a trained model, the detector finds: for its key, for no other, and in no other text. */
import { fileURLToPath } from "node:url";
import { detectWatermark } from "@tsgpt/analysis";
import { generate, type Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, presetChain, type WatermarkKey } from "@tsgpt/sampling";
import { createSimdEngine } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";

const engine = createSimdEngine({ threads: 1 });
let model: Model;
let plain: number[][];

beforeAll(async () => {
  model = await loadModel(fileURLToPath(new URL("../../gpt/test/fixtures/fairytales-1", import.meta.url)), { engine });
  plain = await stories();
});
afterAll(() => engine.dispose());

/** The 180 tokens after a prompt, which is left out; of each seed. */
function stories(watermark?: WatermarkKey): Promise<number[][]> {
  return Promise.all(
    [1, 2, 3, 4, 5].map(async (seed) => {
      const sample = createSampler(presetChain("lecture", { watermark }), { seed });
      const ids: number[] = [];
      const told = generate(model, "Once upon a time", { sample, maxTokens: 180, ignoreEos: true });
      for await (const { id } of told) ids.push(id);
      return ids;
    }),
  );
}

/** Each case's z lies far from the threshold of 4: all that are marked are above 6 (7.9 to 13.3), all others below 3. */
const KEYS: readonly [string, WatermarkKey][] = [
  ["left hash of 1", { key: 15485863 }],
  ["left hash of 2, gamma 1/2", { key: 7, width: 2, gamma: 0.5 }],
  ["self hash of 1", { key: 15485863, hash: "self" }],
  ["self hash of 4", { key: 7, hash: "self", width: 4 }],
];
describe.each(sample(KEYS, 2))("%s", (_, key) => {
  let marked: number[][];
  beforeAll(async () => {
    marked = await stories(key);
  });

  test("a marked text is flagged for its key", () => {
    for (const { flagged, z } of marked.map((ids) => detectWatermark(ids, key))) {
      expect(flagged).toBe(true);
      expect(z).toBeGreaterThan(6);
    }
  });

  test("a marked text is not flagged for another key", () => {
    for (const ids of marked) expect(detectWatermark(ids, { ...key, key: key.key + 1 }).z).toBeLessThan(3);
  });

  test("a text without a mark is not flagged", () => {
    for (const ids of plain) expect(detectWatermark(ids, key).z).toBeLessThan(3);
  });
});
