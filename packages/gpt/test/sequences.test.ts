/** A pass over many sequences is the passes over each alone; what is wrong with a list is said before anything is written. */
import { createReferenceEngine, ShapeError, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { activationKeys } from "../src/activation-keys.ts";
import { ContextOverflowError } from "../src/errors.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, forwardBatch, forwardByLayer, type Model } from "../src/model.ts";
import type { Sequence } from "../src/pass/sequences.ts";
import { record, traceWith } from "../src/trace.ts";
import { expectBatchLaw } from "./batch-law.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { loadFixture } from "./fixture-files.ts";
import { tinyModel } from "./tiny-model.ts";

const fixtures = "packages/gpt/test/fixtures";
const models = [`${fixtures}/tiny-tied`, `${fixtures}/tiny-odd-sizes`, `${fixtures}/fairytales-1`];

/** Past tokens (undefined: no cache) and new ones: prompts, steps and pieces of a prompt side by side. */
const PIECES = [
  { past: undefined, adding: 5 },
  { past: 7, adding: 1 },
  { past: 0, adding: 3 },
  { past: 2, adding: 6 },
  { past: undefined, adding: 1 },
];
const STEPS = [1, 4, 9].map((past) => ({ past, adding: 1 }));

/** Sequences of these sizes, each with other ids; their caches filled. */
function sequencesOf(model: Model, pieces: readonly { past: number | undefined; adding: number }[]): Sequence[] {
  const { config, engine } = model;
  return pieces.map(({ past, adding }, b) => {
    const ids = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => (31 * b + 7 * (from + i) ** 2 + 3) % config.vocabSize);
    if (past === undefined) return { ids: ids(0, adding) };
    const cache = new KVCache(config, engine, 12);
    if (past > 0) forward(model, ids(0, past), { cache });
    return { ids: ids(past, adding), cache };
  });
}

function contents(cache: KVCache, layers: number): Float32Array[] {
  const all = Array.from({ length: layers }, (_, layer) => [cache.keys(layer), cache.values(layer)]);
  return all.flat().map(({ data }) => data.slice());
}

describe.each(engines)("$engineName", ({ engineName, create }) => {
  const engine = create();
  afterAll(() => engine.dispose());

  describe.each(models)("%s", (folder) => {
    const isSlow = engineName === "reference" && folder.endsWith("fairytales-1");
    test.each(isSlow && !FULL ? [STEPS] : [PIECES, STEPS])(
      "all rows, and the last of each, are those of each sequence alone: %j",
      async (...pieces) => {
        const model = await loadFixture(folder, engine);
        const alone = sequencesOf(model, pieces).map(({ ids, cache }) => forward(model, ids, { cache }));
        const batch = sequencesOf(model, pieces);
        const all = forwardBatch(model, batch); // [sum of T, V]
        let start = 0;
        for (const expected of alone) {
          const rows = all.slice(start, start + (expected.shape[0] as number));
          expectBatchLaw(rows, expected);
          start += rows.shape[0] as number;
        }
        expect(all.shape).toEqual([start, model.config.vocabSize]);
        const last = forwardBatch(model, sequencesOf(model, pieces), { positions: "last" });
        expect(last.shape).toEqual([pieces.length, model.config.vocabSize]);
        for (const [b, expected] of alone.entries()) {
          const t = expected.shape[0] as number;
          expectBatchLaw(last.slice(b, b + 1), expected.slice(t - 1, t));
        }
      },
    );
  });

  test("each cache takes its own sequence's keys and values, and goes on alone", async () => {
    const model = await loadFixture(`${fixtures}/tiny-tied`, engine);
    const [alone, batch] = [sequencesOf(model, PIECES), sequencesOf(model, PIECES)];
    for (const { ids, cache } of alone) forward(model, ids, { cache });
    forwardBatch(model, batch);
    for (const [b, { cache }] of batch.entries()) {
      const expected = alone[b]?.cache;
      if (!cache || !expected) continue;
      expect(cache.length).toBe(expected.length);
      expectBatchLaw(forward(model, [5], { cache }), forward(model, [5], { cache: expected }));
    }
  });
});

const model = tinyModel();
const cacheOf = (length: number, capacity?: number) => {
  const cache = new KVCache(model.config, model.engine, capacity);
  if (length > 0) forward(model, new Array(length).fill(1), { cache });
  return cache;
};

test("one pass, whatever the number of sequences", () => {
  const { model: counted, passes } = countPasses(tinyModel());
  forwardBatch(counted, [{ ids: [1, 2] }, { ids: [3] }, { ids: [4, 5, 6] }]);
  expect(passes()).toBe(1);
});

test("logits are written where they are asked to be: B rows of the last positions", () => {
  const into = new Float32Array(2 * 61);
  const logits = forwardBatch(model, [{ ids: [1, 2] }, { ids: [3] }], { positions: "last", into });
  expect(logits.data).toBe(into);
  expect(logits.row(1).data).toEqual(forward(model, [3]).row(0).data);
});

describe("traces", () => {
  const sequences = [{ ids: [3, 1, 4] }, { ids: [1] }, { ids: [5, 9] }];

  test("every activation of each sequence is recorded as of a pass over it alone", () => {
    const found = sequences.map(() => new Map<string, Tensor>());
    forwardBatch(model, sequences, { trace: record(found) });
    for (const [b, { ids }] of sequences.entries()) {
      const alone = new Map<string, Tensor>();
      forward(model, ids, { trace: record(alone) });
      expect([...(found[b]?.keys() ?? [])]).toEqual(activationKeys(3));
      for (const [key, { shape, data }] of alone) {
        expect(found[b]?.get(key)?.shape, key).toEqual(shape);
        expect(found[b]?.get(key)?.data, key).toEqual(data);
      }
    }
  });

  test("a hook is told which sequence it sees, and what it returns changes that sequence alone", () => {
    for (const key of activationKeys(3)) {
      const hook = (a: Tensor, _: string, sequence: number) =>
        sequence === 1 ? new Tensor(new Float32Array(a.size).fill(Number.NaN), a.shape) : undefined;
      const trace = traceWith(3, { [key]: hook });
      const logits = forwardBatch(model, sequences, { trace });
      expect(logits.slice(0, 3).data, key).toEqual(forward(model, [3, 1, 4]).data);
      expect(logits.row(3).data.every(Number.isNaN), key).toBe(true);
      expect(logits.slice(4, 6).data, key).toEqual(forward(model, [5, 9]).data);
    }
  });

  test('with positions "last" the last activations are one row a sequence', () => {
    const found = sequences.map(() => new Map<string, Tensor>());
    forwardBatch(model, sequences, { positions: "last", trace: record(found, (key) => key === "logits") });
    for (const [b, { ids }] of sequences.entries())
      expect(found[b]?.get("logits")?.data).toEqual(forward(model, ids, { positions: "last" }).data);
  });

  test("a sequence that a recorder has no map for is an error", () => {
    const trace = record(new Map());
    expect(() => forwardBatch(model, sequences, { trace })).toThrow(
      "record: there is no map for sequence 1, only 1; give one a sequence",
    );
  });
});

describe("what a list cannot be; no cache has changed then", () => {
  const refused = (sequences: readonly Sequence[]): unknown => {
    const before = sequences.map(({ cache }) => cache && [cache.length, contents(cache, 3)]);
    try {
      forwardBatch(model, sequences);
    } catch (error) {
      expect(sequences.map(({ cache }) => cache && [cache.length, contents(cache, 3)])).toEqual(before);
      return error;
    }
    throw new Error("nothing was thrown");
  };

  test("a text longer than the context: the sequence is named, with the counts", () => {
    const error = refused([{ ids: [1, 2], cache: cacheOf(3) }, { ids: [4, 5], cache: cacheOf(23) }, { ids: [6] }]);
    expect(error).toBeInstanceOf(ContextOverflowError);
    expect(error).toMatchObject({ past: 23, adding: 2, limit: 24, what: "nPositions", sequence: 1 });
    expect((error as Error).message).toMatch(
      /^context overflow of sequence 1: 23 past \+ 2 new tokens = 25, nPositions/,
    );
  });

  test("more than a cache's capacity: likewise", () => {
    const error = refused([{ ids: [1, 2], cache: cacheOf(3) }, { ids: [6] }, { ids: [4, 5], cache: cacheOf(3, 4) }]);
    expect(error).toMatchObject({ past: 3, adding: 2, limit: 4, what: "cache capacity", sequence: 2 });
  });

  test("of one sequence alone the message is what it is without a list", () => {
    const error = refused([{ ids: new Array(25).fill(1) }]);
    expect(error).toMatchObject({ sequence: undefined, message: expect.stringMatching(/^context overflow: 0 past/) });
  });

  test("an empty list, and a sequence without ids", () => {
    expect(refused([])).toEqual(new RangeError("forwardBatch: needs at least one sequence, got an empty list"));
    expect(
      refused([
        { ids: [1], cache: cacheOf(2) },
        { ids: [], cache: cacheOf(1) },
      ]),
    ).toEqual(new RangeError("forwardBatch: sequence 1: needs at least one token id, got none"));
  });

  test("an id that the model does not have, by its place in its own sequence", () => {
    expect(refused([{ ids: [1, 2, 3], cache: cacheOf(2) }, { ids: [0, 61] }])).toEqual(
      new ShapeError("forwardBatch: sequence 1: id 61 at position 1 is not in the table; ids go from 0 to 60"),
    );
  });

  test("the same cache twice", () => {
    const cache = cacheOf(2);
    expect(refused([{ ids: [1], cache }, { ids: [2] }, { ids: [3], cache }])).toEqual(
      new RangeError("forwardBatch: sequences 0 and 2 have the same cache; each needs its own: fork it"),
    );
  });

  test("the cache of another engine", () => {
    const cache = new KVCache(model.config, createReferenceEngine());
    expect(() => forwardBatch(model, [{ ids: [1] }, { ids: [1], cache }])).toThrow(
      "forwardBatch: sequence 1: this cache belongs to another engine than the model; create it with the model's engine",
    );
    expect(() => forward(model, [1], { cache })).toThrow(
      "forward: this cache belongs to another engine than the model",
    );
  });

  test("the cache of a model of another shape", () => {
    const cache = new KVCache({ ...model.config, nLayer: 2 }, model.engine);
    expect(() => forwardBatch(model, [{ ids: [1] }, { ids: [1], cache }])).toThrow(
      "forwardBatch: sequence 1: the cache and the model must have the same [L, H, D], got [3, 3, 4] for [2, 3, 4]",
    );
  });

  test("a cache that holds another model's tokens; once reset it serves any model of its shape, and so does its fork", () => {
    const other = { ...tinyModel(), name: "other" };
    const cache = new KVCache(model.config, model.engine);
    forward(other, [1, 2], { cache });
    const message = "forward: this cache holds 2 tokens of another model; reset it, or use one for each model";
    expect(() => forward(model, [1], { cache })).toThrow(message);
    expect(() => forward(model, [1], { cache: cache.fork() })).toThrow(message);
    cache.reset();
    expect(forward(model, [3], { cache }).data).toEqual(forward(model, [3]).data);
  });

  test("a disposed cache", () => {
    const cache = cacheOf(0);
    cache.dispose();
    expect(() => forwardBatch(model, [{ ids: [1], cache }, { ids: [1] }])).toThrow(
      "forwardBatch: sequence 0: this cache has been disposed; make a new one",
    );
  });
});

test("a pass given up between layers leaves every cache as it was", () => {
  const sequences = [
    { ids: [7, 8], cache: cacheOf(3) },
    { ids: [9], cache: cacheOf(1) },
  ];
  const pass = forwardByLayer(model, sequences);
  pass.next();
  pass.return(undefined as never);
  expect(sequences.map(({ cache }) => cache.length)).toEqual([3, 1]);
});

test.each<[string, () => unknown, string]>([
  [
    "ids",
    () => forwardBatch(tinyModel(), [1, 2] as never),
    "forwardBatch: sequence 0: ids must be a list of token ids",
  ],
  ["a list of ids", () => forwardBatch(tinyModel(), [[1]] as never), "forward: ids must be a list of token ids"],
  [
    "nothing",
    () => forwardBatch(tinyModel(), [undefined] as never),
    "forward: ids must be a list of token ids, got nothing",
  ],
])("%s in place of a sequence is refused", (_, run, message) => {
  expect(run).toThrow(message);
});
