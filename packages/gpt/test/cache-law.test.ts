/**
 * The cache law and causality on every engine, with weights in the layout that the engine chose: what a token's logits are
 * does not depend on how the tokens before it were fed, nor on what comes after.
 */
import { fileURLToPath } from "node:url";
import { type Engine, Tensor } from "@tsgpt/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";
import { activationKeys } from "../src/activation-keys.ts";
import { ContextOverflowError } from "../src/errors.ts";
import { generate } from "../src/generate.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, type Model } from "../src/model.ts";
import { loadModel } from "../src/node/index.ts";
import { record, stackTraces, traceWith } from "../src/trace.ts";
import { engines } from "./engines.ts";

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const models = [
  { name: "tiny-tied", folder: path("./fixtures/tiny-tied"), t: 24 }, // all its positions
  { name: "tiny-odd-sizes", folder: path("./fixtures/tiny-odd-sizes"), t: 24 },
  { name: "the trained model", folder: path("./fixtures/fairytales-1"), t: 14 },
];

/** Bit for bit: the order of sums does not depend on how the tokens were fed (docs/numerics.md). */
function expectSameRow(actual: Tensor, expected: Tensor): void {
  expect(actual.data).toHaveBits(expected.data);
}

const idsFor = ({ config }: Model, t: number) =>
  Array.from({ length: t }, (_, i) => (i * i * 7 + 3 * i) % config.vocabSize);

function recordAll(model: Model, ids: number[], cache?: KVCache): Map<string, Tensor> {
  const found = new Map<string, Tensor>();
  forward(model, ids, { cache, trace: record(found) });
  return found;
}

describe.each(engines)("$engineName", ({ engineName, create }) => {
  const engine: Engine = create();
  afterAll(() => engine.dispose());

  describe.each(models)("$name", ({ name, folder, t: most }) => {
    const t = FULL || engineName !== "reference" || name !== "the trained model" ? most : 9;
    let model: Model;
    beforeAll(async () => {
      model = await loadModel(folder, { engine });
    });

    test("prefill(k) and then single steps give the logits of one full pass, for every k", async () => {
      const ids = idsFor(model, t);
      const full = forward(model, ids); // [T, V]
      const cache = new KVCache(model.config, engine, t);
      for (let k = 1; k <= t; k++) {
        cache.reset();
        const prefill = forward(model, ids.slice(0, k), { cache });
        for (let i = 0; i < k; i++) expectSameRow(prefill.row(i), full.row(i));
        for (let i = k; i < t; i++) expectSameRow(forward(model, [ids[i] as number], { cache }).row(0), full.row(i));
      }
    });

    test("another token at i + 1 changes no logit at 0 .. i, bit for bit", async () => {
      const ids = idsFor(model, t);
      const full = forward(model, ids);
      const positions = Array.from({ length: t - 1 }, (_, i) => i);
      for (const i of sample(positions, 6)) {
        const changed = ids.with(i + 1, ((ids[i + 1] as number) + 1) % model.config.vocabSize);
        const logits = forward(model, changed);
        expect(logits.slice(0, i + 1).data).toHaveBits(full.slice(0, i + 1).data);
        expect(logits.row(i + 1).data).not.toHaveBits(full.row(i + 1).data);
      }
    });

    test("truncating and going on equals never having fed the rest", async () => {
      const ids = idsFor(model, t);
      const [whole, inPieces, shorter] = [1, 2, 3].map(() => new KVCache(model.config, engine, t)) as [
        KVCache,
        KVCache,
        KVCache,
      ];
      forward(model, ids, { cache: whole });
      forward(model, ids.slice(0, 5), { cache: inPieces });
      forward(model, ids.slice(5), { cache: inPieces });
      forward(model, ids.slice(0, 5), { cache: shorter });
      whole.truncate(5);
      inPieces.truncate(5);
      const [a, b, expected] = [whole, inPieces, shorter].map((cache) => forward(model, [7, 8, 9], { cache }));
      expect(b?.data).toHaveBits(expected?.data as Float32Array);
      for (let i = 0; i < 3; i++) expectSameRow(a?.row(i) as Tensor, expected?.row(i) as Tensor);
    });

    test("a cache forked after any token goes on as the cache itself does", async () => {
      const ids = idsFor(model, t);
      const cache = new KVCache(model.config, engine, t);
      forward(model, ids.slice(0, 3), { cache });
      for (let k = 3; k + 1 < t; k += 2) {
        const forked = cache.fork();
        const [own, other] = [cache, forked].map((one) => forward(model, ids.slice(k, k + 2), { cache: one }));
        expect(other?.data).toHaveBits(own?.data as Float32Array);
        forked.dispose();
      }
    });

    test("greedy ids are the same with the cache and without", async () => {
      const run = async (useCache: boolean) => {
        const ids: number[] = [];
        const mostProbable = (logits: Float32Array) => logits.indexOf(Math.max(...logits));
        for await (const { id } of generate(model, [3, 1, 4], {
          sample: mostProbable,
          maxTokens: t - 3,
          useCache,
          ignoreEos: true,
        }))
          ids.push(id);
        return ids;
      };
      const cached = await run(true);
      expect(cached).toHaveLength(t - 3);
      expect(await run(false)).toEqual(cached);
    });
  });

  const folder = path("./fixtures/tiny-tied");

  test("feeding past the capacity is a ContextOverflowError, and not a bit of the cache has changed", async () => {
    const model = await loadModel(folder, { engine });
    const cache = new KVCache(model.config, engine, 6);
    forward(model, [1, 2, 3, 4, 5], { cache });
    const bits = () =>
      Array.from({ length: model.config.nLayer }, (_, l) => [cache.keys(l).toArray(), cache.values(l).toArray()]);
    const before = bits();
    expect(() => forward(model, [6, 7], { cache })).toThrow(ContextOverflowError);
    expect(bits()).toEqual(before);
    expect(cache.length).toBe(5);
  });

  test("rows of prefill and steps stack to the activations of one full pass, masked entries filled", async () => {
    const model = await loadModel(folder, { engine });
    const ids = idsFor(model, 9);
    const cache = new KVCache(model.config, engine);
    const parts = [ids.slice(0, 4), ids.slice(4, 5), ids.slice(5, 8), ids.slice(8)];
    const stacked = stackTraces(parts.map((piece) => recordAll(model, piece, cache)));
    for (const [key, expected] of recordAll(model, ids)) {
      expect(stacked.get(key)?.shape, key).toEqual(expected.shape);
      expect(stacked.get(key)?.data, key).toHaveBits(expected.data);
    }
    const pattern = stacked.get("blocks.0.attn.hook_pattern") as Tensor; // [H, T, S]
    const scores = stacked.get("blocks.0.attn.hook_attn_scores") as Tensor;
    expect([...pattern.row(0).row(2).data.slice(3)]).toEqual([0, 0, 0, 0, 0, 0]);
    expect([...scores.row(0).row(2).data.slice(3)]).toEqual(new Array(6).fill(Number.NEGATIVE_INFINITY));
  });

  test("a hook's tensor takes the activation's place, whatever memory it lies in", async () => {
    const model = await loadModel(folder, { engine });
    for (const key of activationKeys(model.config.nLayer)) {
      const replacement = (a: Tensor) => new Tensor(new Float32Array(a.size).fill(Number.NaN), a.shape);
      const logits = forward(model, [3, 1, 4, 1, 5], { trace: traceWith(model.config.nLayer, { [key]: replacement }) });
      expect(logits.data.every(Number.isNaN), key).toBe(true);
    }
  });
});
