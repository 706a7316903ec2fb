import { createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { parseConfig } from "../src/config/config.ts";
import { presetConfig } from "../src/config/presets.ts";
import { memoryNeed } from "../src/memory/memory.ts";
import { memoryByDtype } from "../src/memory/memory-by-dtype.ts";

test("by hand: one layer, C = 4, V = 7, 5 positions", () => {
  const keys = { model_type: "gpt2", vocab_size: 7, n_positions: 5, n_embd: 4, n_layer: 1, n_head: 2 };
  const memory = memoryByDtype(parseConfig(JSON.stringify(keys)));
  // matrices: wte 7x4, 4x12, 4x4, 4x16, 16x4: 28 + 48 + 16 + 64 + 64 = 220 numbers; outputs: 7 + 12 + 4 + 16 + 4 = 43 scales
  // float32 always: wpe 5x4, three layer norms of 2x4, biases 12 + 4 + 16 + 4: 80 numbers
  expect(memory.f32.weights).toBe(4 * (220 + 80));
  expect(memory.f16.weights).toBe(2 * 220 + 4 * 80);
  expect(memory.bf16.weights).toBe(2 * 220 + 4 * 80);
  expect(memory.int8.weights).toBe(220 + 4 * 43 + 4 * 80);
});

test("float32 is what the reference engine takes", () => {
  const config = presetConfig("gpt2");
  expect(memoryByDtype(config).f32).toEqual(memoryNeed(config, createReferenceEngine()));
});

test("GPT-2 XL fits into 4 GiB in bf16 and int8, and not in float32", () => {
  const { f32, bf16, int8 } = memoryByDtype(presetConfig("gpt2-xl"));
  expect([f32, bf16, int8].map(({ total }) => total <= 2 ** 32)).toEqual([false, true, true]);
});

test("the cache does not depend on the dtype, the arena hardly: scratch; a total is a sum", () => {
  const memory = memoryByDtype(presetConfig("gpt2-medium"));
  for (const { weights, cache, arena, total } of Object.values(memory)) {
    expect(cache).toBe(memory.f32.cache);
    expect(arena / memory.f32.arena).toBeCloseTo(1, 1);
    expect(total).toBe(weights + cache + arena);
  }
});
