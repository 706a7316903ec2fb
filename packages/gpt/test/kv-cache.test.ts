import { expect, test } from "vitest";
import { KVCache } from "../src/kv-cache.ts";
import { forward } from "../src/model.ts";
import { tinyModel } from "./tiny-model.ts";

const model = tinyModel();
const { config, engine } = model;

test("bytes are 2 L C capacity float32 numbers: 2 x 3 x 12 x 10 x 4 = 2,880", () => {
  expect(new KVCache(config, engine, 10).bytes).toBe(2880);
});

test("the capacity is nPositions unless one is chosen", () => {
  expect(new KVCache(config, engine).capacity).toBe(24);
});

test.each([0, -1, 1.5, 25, Number.NaN])("a capacity of %s is refused with the range", (capacity) => {
  expect(() => new KVCache(config, engine, capacity)).toThrow(
    `KVCache: capacity must be a whole number from 1 to nPositions = 24, got ${capacity}`,
  );
});

test("keys and values lie as [H, capacity, D] per layer", () => {
  const cache = new KVCache(config, engine, 10);
  expect(cache.keys(2).shape).toEqual([3, 10, 4]);
  expect(cache.values(0).shape).toEqual([3, 10, 4]);
});

test("reset forgets everything: the next pass is as on a new cache", () => {
  const cache = new KVCache(config, engine);
  forward(model, [1, 2, 3], { cache });
  cache.reset();
  expect(cache.length).toBe(0);
  expect(forward(model, [4, 5], { cache }).data).toEqual(forward(model, [4, 5]).data);
});

test("truncate takes 0 to length and nothing else", () => {
  const cache = new KVCache(config, engine);
  forward(model, [1, 2, 3], { cache });
  for (const length of [-1, 4, 1.5]) {
    expect(() => cache.truncate(length)).toThrow(`length must be a whole number from 0 to 3, got ${length}`);
  }
  cache.truncate(0);
  expect(cache.length).toBe(0);
});

test("advance refuses what does not fit, and changes nothing then", () => {
  const cache = new KVCache(config, engine, 4);
  cache.advance(3);
  expect(() => cache.advance(2)).toThrow(/3 .*2 .*4/);
  expect(cache.length).toBe(3);
});

test("a clone goes its own way", () => {
  const cache = new KVCache(config, engine);
  forward(model, [1, 2, 3], { cache });
  const copy = cache.clone();
  forward(model, [9, 9], { cache });
  expect(copy.length).toBe(3);
  const whole = forward(model, [1, 2, 3, 4]);
  expect(forward(model, [4], { cache: copy }).row(0)).toBeCloseToTensor(whole.row(3), { atol: 5e-6, rtol: 1e-5 });
});
