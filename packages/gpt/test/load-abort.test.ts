/** Loads that end half-way: what the engine holds afterwards, and that it goes on working. */

import { createSimdEngine, type Engine } from "@tsgpt/tensor";
import { afterEach, beforeEach, expect, test } from "vitest";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import type { LoadProgress } from "../src/checkpoint/tensor-reader.ts";
import type { GPT2Config } from "../src/config/config.ts";
import { forward } from "../src/model.ts";
import { tinyConfig } from "./tiny-model.ts";

// 45 MB in float32: a table of 8 pieces of staging, and 2 x 12 matrices and vectors
const config: GPT2Config = { ...tinyConfig, vocabSize: 16_384, nEmbd: 512, nHead: 8, nInner: 2048, nLayer: 1 };

let engine: Engine;
beforeEach(() => {
  engine = createSimdEngine({ threads: 2 });
});
afterEach(() => engine.dispose());

const load = (options: Parameters<typeof randomModel>[4] = {}) => randomModel("r", config, engine, 1, options);

test("progress rises, and ends at exactly the total", async () => {
  const seen: number[] = [];
  let total = 0;
  await load({
    onProgress: ({ loaded, total: of }) => {
      seen.push(loaded);
      total = of;
    },
  });
  expect(seen.at(-1)).toBe(total);
  expect(seen.every((loaded, i) => i === 0 || loaded > (seen[i - 1] as number))).toBe(true);
});

test("an abort half-way is the signal's reason, takes nothing, reads nothing more, and the engine goes on working", async () => {
  const before = engine.memory?.availableBytes;
  const controller = new AbortController();
  const reason = new Error("enough");
  let calls = 0;
  const onProgress = ({ loaded, total }: LoadProgress) => {
    calls++;
    if (loaded > total / 2) controller.abort(reason);
  };
  await expect(load({ signal: controller.signal, onProgress })).rejects.toBe(reason);
  const atAbort = calls;
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toBe(atAbort);
  expect(engine.memory?.availableBytes).toBe(before);
  expect(forward(await load(), [1, 2, 3]).shape).toEqual([3, 16_384]);
});

test("a progress callback that throws ends the load with its error, and takes nothing", async () => {
  const before = engine.memory?.availableBytes;
  let calls = 0;
  const onProgress = () => {
    if (++calls === 5) throw new Error("no terminal");
  };
  await expect(load({ onProgress })).rejects.toThrow("no terminal");
  expect(engine.memory?.availableBytes).toBe(before);
});

test("disposing the engine half-way makes the load an error", async () => {
  let calls = 0;
  const onProgress = () => {
    if (++calls === 5) engine.dispose();
  };
  await expect(load({ onProgress })).rejects.toThrow("the engine has been disposed");
});

test("two loads into two engines at once are the same model", async () => {
  const other = createSimdEngine({ threads: 2 });
  const [mine, theirs] = await Promise.all([load(), randomModel("r", config, other, 1)]);
  expect(forward(mine, [5, 6]).data).toEqual(forward(theirs, [5, 6]).data);
  other.dispose();
});
