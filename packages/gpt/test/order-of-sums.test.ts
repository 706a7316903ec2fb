/**
 * One order of sums, seen from a model: a text's logits are the same bits however it is fed, in every dtype, on every kernel set. The
 * shape of GPT-2 124M is tested by `test:full` alone.
 */
import { fileURLToPath } from "node:url";
import { argmax, createReferenceEngine, createSimdEngine, type Engine, Tensor, type WeightDtype } from "@tsgpt/tensor";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";
import { randomModel } from "../src/checkpoint/random-parameters.ts";
import { presetConfig } from "../src/config/presets.ts";
import { beamSearch } from "../src/decode/beam-search.ts";
import type { Sample } from "../src/decode/continuation.ts";
import type { DistributionOf } from "../src/decode/distribution.ts";
import { logProbabilities } from "../src/decode/log-sum-exp.ts";
import type { ProposerFor } from "../src/decode/proposer.ts";
import { generateSamples } from "../src/decode/samples.ts";
import { generateSpeculatively } from "../src/decode/speculative.ts";
import { generate } from "../src/generate.ts";
import { KVCache } from "../src/kv-cache.ts";
import { forward, forwardBatch, type Model } from "../src/model.ts";
import { loadModel } from "../src/node/index.ts";
import { collect } from "./collect.ts";

const engines: readonly { engineName: string; create: () => Engine }[] = [
  { engineName: "reference", create: createReferenceEngine },
  { engineName: "simd, 1 thread", create: () => createSimdEngine({ threads: 1 }) },
  { engineName: "simd, 2 threads", create: () => createSimdEngine({ threads: 2 }) },
  { engineName: "simd, plain, 3 threads", create: () => createSimdEngine({ threads: 3, relaxed: false }) },
];
const dtypes = ["f32", "f16", "bf16", "int8"] as const;

const EVERY_K = Array.from({ length: 19 }, (_, k) => k + 1);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const trained = path("./fixtures/fairytales-1");
const folders = ["tiny-tied", "tiny-odd-sizes", "tiny-untied", "tiny-gelu-erf"].map((name) =>
  path(`./fixtures/${name}`),
);

const idsFor = ({ config }: Model, t: number) =>
  Array.from({ length: t }, (_, i) => (i * i * 7 + 3 * i) % config.vocabSize);

/** The logits [T, V] of ids fed in pieces of these sizes, one after the other. */
function inPieces(model: Model, ids: readonly number[], sizes: readonly number[]): Float32Array {
  const cache = new KVCache(model.config, model.engine, ids.length);
  const logits = new Float32Array(ids.length * model.config.vocabSize);
  let done = 0;
  for (const size of sizes) {
    logits.set(forward(model, ids.slice(done, done + size), { cache }).data, done * model.config.vocabSize);
    done += size;
  }
  cache.dispose();
  return logits;
}

function expectSame(actual: Float32Array, expected: Float32Array, what: string): void {
  expect(actual, what).toHaveBits(expected);
}

/** prefill(k) and then steps, for each k of `ks`, and random pieces, against one pass. */
function expectOnePass(model: Model, t: number, ks: readonly number[], seed: number): void {
  const ids = idsFor(model, t);
  const full = forward(model, ids).data.slice();
  for (const k of ks) {
    expectSame(
      inPieces(model, ids, [k, ...new Array<number>(t - k).fill(1)]),
      full,
      `prefill ${k} of ${t}, then steps`,
    );
  }
  const pieces = fc.array(fc.integer({ min: 1, max: Math.max(2, t >> 1) }), { minLength: t, maxLength: t });
  for (const sizes of fc.sample(pieces, { seed, numRuns: 3 })) {
    let left = t;
    const cut = sizes.map((size) => {
      const taken = Math.min(size, left);
      left -= taken;
      return taken;
    });
    expectSame(inPieces(model, ids, cut.filter(Boolean)), full, `pieces of ${cut}`);
  }
}

/** Each of 1 to 8 sequences and another, of seeded random lengths and pasts, in one pass against alone. */
function expectAloneInBatches(model: Model, seed: number): void {
  const numbers = fc.sample(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 1, max: 5 })), { minLength: 2, maxLength: 9 }),
    {
      seed,
      numRuns: 4,
    },
  );
  for (const sizes of numbers) {
    const idsOf = (b: number, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => (31 * b + 7 * (from + i)) % model.config.vocabSize);
    const cacheOf = (b: number, past: number) => {
      const cache = new KVCache(model.config, model.engine, 12);
      if (past > 0) forward(model, idsOf(b, 0, past), { cache });
      return cache;
    };
    const caches = sizes.map(([past], b) => cacheOf(b, past));
    const sequences = sizes.map(([past, t], b) => ({ ids: idsOf(b, past, t), cache: caches[b] as KVCache }));
    const together = forwardBatch(model, sequences).data.slice();
    const alone = new Float32Array(together.length);
    let at = 0;
    for (const [b, [past, t]] of sizes.entries()) {
      const cache = cacheOf(b, past);
      alone.set(forward(model, idsOf(b, past, t), { cache }).data, at);
      cache.dispose();
      at += t * model.config.vocabSize;
    }
    expectSame(together, alone, `sequences of past and new tokens ${JSON.stringify(sizes)}`);
    for (const cache of caches) cache.dispose();
  }
}

const best = (logits: Float32Array) => argmax(new Tensor(logits, [logits.length]));
const greedy: DistributionOf = (logits) => ({ ids: [best(logits)], probabilities: [1] });

/** Proposes ids at random: most are refused, and each refusal truncates the cache. */
const atRandom =
  (vocabSize: number): ProposerFor =>
  () => {
    let state = 5;
    const next = () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state % vocabSize;
    };
    return {
      propose: async (_, count) =>
        Array.from({ length: count }, next).map((id) => ({ id, from: { ids: [id], probabilities: [1] } })),
      dispose: () => {},
    };
  };

/** Proposes what the text will be, but each third id. */
const nearly =
  (ids: readonly number[], vocabSize: number): ProposerFor =>
  () => ({
    propose: async ({ history: { length } }, count) =>
      ids
        .slice(length, length + count)
        .map((id, i) => ((length + i) % 3 === 0 ? (id + 1) % vocabSize : id))
        .map((id) => ({ id, from: { ids: [id], probabilities: [1] } })),
    dispose: () => {},
  });

/** Greedy speculation, with ids and their ln p, against plain greedy decoding. */
async function expectPlainText(model: Model, prompt: number[], maxTokens: number): Promise<void> {
  const { vocabSize } = model.config;
  const plain = await collect(generate(model, prompt, { sample: best, maxTokens, ignoreEos: true }));
  const wanted = plain.yielded.map(({ id, logprob }) => ({ id, logprob }));
  const text = [...prompt, ...wanted.map(({ id }) => id)];
  for (const proposer of [atRandom(vocabSize), nearly(text, vocabSize)]) {
    const options = { distribution: greedy, uniform: () => 0.5, proposer, proposals: 4, maxTokens, ignoreEos: true };
    const { yielded, returned } = await collect(generateSpeculatively(model, prompt, options));
    expect(returned.proposed).toBeGreaterThan(0);
    expect(yielded.map(({ id, logprob }) => ({ id, logprob }))).toEqual(wanted);
  }
}

/** Draws from the logits by a noise that depends on seed, position and id alone: what it draws shows each bit of them. */
const drawn =
  (seed: number): Sample =>
  (logits, { history }) => {
    const noisy = logits.map((x, id) => {
      const bits = Math.imul(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(history.length, 0x85ebca6b) ^ id, 0xc2b2ae35);
      return x - Math.log(-Math.log(((bits >>> 8) + 0.5) / 2 ** 24)); // Gumbel noise
    });
    return best(noisy);
  };

/** Samples side by side, with ids and ln p, against each alone. */
async function expectSamplesAlone(model: Model, prompt: number[], count: number, maxTokens: number): Promise<void> {
  const options = { maxTokens, ignoreEos: true, count, sampleFor: drawn };
  const { yielded } = await collect(generateSamples(model, prompt, options));
  for (let index = 0; index < count; index++) {
    const alone = await collect(generate(model, prompt, { sample: drawn(index), maxTokens, ignoreEos: true }));
    const together = yielded.filter((token) => token.index === index);
    const shown = ({ id, logprob }: { id: number; logprob?: number }) => ({ id, logprob });
    expect(together.map(shown)).toEqual(alone.yielded.map(shown));
  }
}

/** The score of each text that a beam search found, against the sum of its ln p when it is fed alone, token by token. */
async function expectBeamsAlone(model: Model, prompt: number[], beams: number, maxTokens: number): Promise<void> {
  const { sequences } = await beamSearch(model, prompt, { beams, numReturn: beams, maxTokens, lengthPenalty: 0 });
  expect(sequences).toHaveLength(beams);
  for (const { ids, score } of sequences) {
    const cache = new KVCache(model.config, model.engine, prompt.length + ids.length);
    let logits = forward(model, prompt, { cache, positions: "last" });
    let sum = 0;
    for (const id of ids) {
      sum += logProbabilities(logits.data.slice(), 0, "test")[id] as number;
      logits = forward(model, [id], { cache, positions: "last" });
    }
    cache.dispose();
    expect(score).toBe(sum);
  }
}

/** With seeds that give each engine another dtype of the trained model. */
const seeded = engines.map((engine, i) => ({ ...engine, seed: 12 + i }));

describe.each(seeded)("$engineName", ({ engineName, create, seed }) => {
  const slow = engineName === "reference" && !FULL;

  async function withModel(
    load: (engine: Engine) => Promise<Model>,
    use: (model: Model) => void | Promise<void>,
  ): Promise<void> {
    const engine = create();
    try {
      await use(await load(engine));
    } finally {
      engine.dispose();
    }
  }

  /** The trained model in one dtype, loaded once for all tests of it. */
  describe.each(sample([...dtypes], 1, seed))("the trained model in %s", (dtype) => {
    const engine = create();
    let model: Model;
    beforeAll(async () => {
      model = await loadModel(trained, { engine, dtype });
    });
    afterAll(() => engine.dispose());

    test("prefill(k) and steps, and random pieces, are one pass", () => {
      const t = slow ? 5 : 13;
      const every = Array.from({ length: t }, (_, k) => k + 1);
      expectOnePass(model, t, FULL ? every : every.filter((k) => k % 4 === 1), 7);
    });

    test.skipIf(slow)("a sequence alone has the logits that it has beside 1 to 8 others", () => {
      expectAloneInBatches(model, 4);
    });

    test("greedy speculation gives plain decoding's ids and ln p", async () => {
      await expectPlainText(model, [40, 7, 12], slow ? 3 : 12);
    });

    test("samples and beams side by side are those one by one", async () => {
      await expectSamplesAlone(model, [40, 7, 12], slow ? 2 : 5, slow ? 3 : 10);
      await expectBeamsAlone(model, [40, 7, 12], slow ? 2 : 4, slow ? 3 : 8);
    });
  });

  test.each(dtypes)(
    "fixtures in %s: prefill(k) and steps for every k, and random pieces, are one pass",
    async (dtype) => {
      for (const [i, folder] of folders.entries()) {
        await withModel(
          (engine) => loadModel(folder, { engine, dtype }),
          (model) => expectOnePass(model, 19, sample(EVERY_K, 6, i), i),
        );
      }
    },
  );

  test.each(dtypes)(
    "fixtures in %s: a sequence alone has the logits that it has beside 1 to 8 others",
    async (dtype) => {
      for (const [i, folder] of folders.slice(0, 2).entries()) {
        await withModel(
          (engine) => loadModel(folder, { engine, dtype }),
          (model) => expectAloneInBatches(model, 3 + i),
        );
      }
    },
  );

  test.runIf(FULL && engineName !== "reference").each(dtypes)(
    "GPT-2 124M's shape in %s: pieces are one pass, a fork goes on as its cache, speculation is plain",
    { timeout: 1_200_000 },
    async (dtype: WeightDtype) => {
      await withModel(
        (engine) => randomModel("gpt2", presetConfig("gpt2"), engine, 0, { dtype }),
        async (model) => {
          expectOnePass(model, 9, [1, 2, 3, 4, 5, 6, 7, 8, 9], 11);
          expectOnePass(model, 90, [41, 80], 12);
          expectAloneInBatches(model, 13);
          const cache = new KVCache(model.config, model.engine, 60);
          forward(model, idsFor(model, 47), { cache, positions: "last" });
          const forked = cache.fork();
          const [own, other] = [cache, forked].map((one) => forward(model, [5, 6, 7], { cache: one }).data.slice());
          expectSame(other as Float32Array, own as Float32Array, "fork");
          await expectPlainText(model, [40, 7, 12], 12);
          await expectSamplesAlone(model, [40, 7, 12], 3, 6);
          await expectBeamsAlone(model, [40, 7, 12], 4, 5);
        },
      );
    },
  );
});
