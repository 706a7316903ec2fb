/** Threads share outputs and never the terms of a sum: a whole model gives the same bits on any number of them. */
import { createSimdEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward } from "../src/model.ts";
import { tinyConfig } from "./tiny-model.ts";

/** Wide enough that every kernel shares its work. */
const config = { ...tinyConfig, nLayer: 2, nHead: 3, nEmbd: 192, nInner: 768, vocabSize: 1003, nPositions: 160 };
const prompt = Array.from({ length: 150 }, (_, i) => (7 * i) % config.vocabSize);

/** Logits of a long prompt, of a step behind it, and of a prompt of three. */
async function logitsOn(threads: number, relaxed: boolean): Promise<Float32Array[]> {
  const engine = createSimdEngine({ threads, relaxed });
  try {
    const model = await randomModel("wide", config, engine);
    const cache = new KVCache(config, engine);
    return [
      forward(model, prompt, { cache }).data,
      forward(model, [5], { cache }).data,
      forward(model, [1, 2, 3]).data,
    ];
  } finally {
    engine.dispose();
  }
}

test.each([
  ["relaxed", true],
  ["plain", false],
])("1, 2, 3 and 5 threads give the same bits, %s SIMD", async (_, relaxed) => {
  const alone = await logitsOn(1, relaxed);
  for (const threads of [2, 3, 5]) {
    for (const [i, logits] of (await logitsOn(threads, relaxed)).entries()) {
      expect(logits).toHaveBits(alone[i] as Float32Array);
    }
  }
});
