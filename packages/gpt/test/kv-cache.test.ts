import { EngineError, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { generate } from "../src/generate.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward } from "../src/model.ts";
import { engines } from "./engines.ts";
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

describe("a disposed cache", () => {
  const disposed = () => {
    const cache = new KVCache(config, engine, 10);
    forward(model, [1, 2, 3], { cache });
    cache.dispose();
    cache.dispose();
    return cache;
  };
  const other = new KVCache(config, engine, 10);
  const [k, v] = [Tensor.zeros([1, config.nEmbd]), Tensor.zeros([1, config.nEmbd])];

  test.each<[string, (cache: KVCache) => unknown]>([
    ["keys", (cache) => cache.keys(0)],
    ["values", (cache) => cache.values(0)],
    ["checkCapacity", (cache) => cache.checkCapacity(1)],
    ["store", (cache) => cache.store(0, k, v)],
    ["advance", (cache) => cache.advance(1)],
    ["truncate", (cache) => cache.truncate(0)],
    ["reset", (cache) => cache.reset()],
    ["fork", (cache) => cache.fork()],
    ["copyFrom", (cache) => cache.copyFrom(other, 0)],
    ["copyFrom", (cache) => other.copyFrom(cache, 0)],
  ])("refuses %s, and says why", (method, ask) => {
    expect(() => ask(disposed())).toThrow(EngineError);
    expect(() => ask(disposed())).toThrow(`KVCache.${method}: this cache has been disposed; make a new one`);
  });

  test("refuses a pass and a generation", async () => {
    const text = generate(model, [1], { maxTokens: 2, cache: disposed(), sample: () => 1 });
    for (const pass of [
      () => forward(model, [1], { cache: disposed() }),
      () => forward(model, [1], { cache: disposed(), positions: "last" }),
    ]) {
      expect(pass).toThrow("forward: this cache has been disposed; make a new one");
    }
    await expect(text.next()).rejects.toThrow("this cache has been disposed");
  });

  test("holds nothing", () => expect([disposed().bytes, disposed().length]).toEqual([0, 0]));
});

describe.each(engines)("$engineName, once it is disposed", ({ create }) => {
  const k = () => Tensor.zeros([1, config.nEmbd]);

  test("a pass, a new cache and one that lay in it are errors that say so", () => {
    const engine = create();
    const gone = { ...model, engine };
    const cache = new KVCache(config, engine, 10);
    engine.dispose();
    for (const ask of [
      () => forward(gone, [1]),
      () => forward(gone, [1], { cache }),
      () => new KVCache(config, engine, 10),
      () => cache.store(0, k(), k()),
    ]) {
      expect(ask).toThrow("the engine has been disposed; create a new one");
    }
    cache.dispose(); // is none
  });
});

describe.each(engines)("$engineName", ({ create }) => {
  const engine = create();
  afterAll(() => engine.dispose());
  const rows = (cache: KVCache, from: number, to: number) => {
    const tensors = [0, 1, 2].flatMap((layer) => [cache.keys(layer), cache.values(layer)]);
    return tensors.flatMap(({ data, shape: [heads, capacity, d] }) =>
      Array.from({ length: heads as number }, (_, h) => [
        ...data.subarray((h * capacity! + from) * d!, (h * capacity! + to) * d!),
      ]),
    );
  };
  const filled = (capacity: number, ids: number[]) => {
    const cache = new KVCache(config, engine, capacity);
    forward({ ...model, engine }, ids, { cache });
    return cache;
  };

  const feed = (cache: KVCache, ids: number[]) => forward({ ...model, engine }, ids, { cache }).data;

  test("a fork goes its own way, and so does the cache it came from", () => {
    const cache = filled(10, [1, 2, 3]);
    const fork = cache.fork();
    const expected = feed(cache, [4]);
    cache.truncate(3);
    feed(cache, [9, 9]);
    expect(fork.length).toBe(3);
    expect(feed(fork, [4])).toEqual(expected);
    expect(cache.length).toBe(5);
  });

  test("a fork holds the tokens asked for, and no row beyond them is copied", () => {
    const cache = filled(10, [1, 2, 3, 4]);
    const fork = cache.fork(2);
    expect(fork.length).toBe(2);
    expect(rows(fork, 0, 2)).toEqual(rows(cache, 0, 2));
    const beyond = rows(fork, 2, 10).flat();
    expect(beyond.every((number) => number === 0)).toBe(true);
  });

  test("copyFrom copies the rows from the first that differs, also between caches of different capacity", () => {
    const [source, target] = [filled(10, [1, 2, 3, 4]), filled(7, [1, 2, 8, 8, 8])];
    for (let i = 0; i < 2 * 4; i++) target.keys(0).data[i] = 77; // rows said to be the same: they are not touched
    const bytes = target.copyFrom(source, 2);
    expect(bytes).toBe(2 * 3 * 12 * 2 * 4); // 2 L C float32 numbers, two rows
    expect(target.length).toBe(4);
    expect(rows(target, 2, 4)).toEqual(rows(source, 2, 4));
    expect(rows(target, 0, 2)[0]).toEqual(new Array(8).fill(77));
  });
});

test("fork and copyFrom refuse rows that are not held, with the range", () => {
  const [cache, other] = [new KVCache(config, engine, 5), new KVCache(config, engine, 2)];
  forward(model, [1, 2, 3], { cache });
  expect(() => cache.fork(4)).toThrow("KVCache.fork: length must be a whole number from 0 to 3, got 4");
  expect(() => other.copyFrom(cache, 1)).toThrow("KVCache.copyFrom: from must be a whole number from 0 to 0, got 1");
  expect(() => other.copyFrom(cache, 0, 4)).toThrow("KVCache.copyFrom: to must be a whole number from 0 to 3, got 4");
  expect(() => other.copyFrom(cache, 0)).toThrow("0 past + 3 new tokens = 3, cache capacity is 2");
});

test("copyFrom refuses the cache of a model of another shape", () => {
  const other = new KVCache({ ...config, nLayer: 2, nHead: 2 }, engine, 5);
  expect(() => new KVCache(config, engine, 5).copyFrom(other, 0)).toThrow(
    "KVCache.copyFrom: both caches must have the same [L, H, D], got [2, 2, 6] for [3, 3, 4]",
  );
});
