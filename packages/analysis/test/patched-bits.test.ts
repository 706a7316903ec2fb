/**
 * Patching a run with itself changes 0 bits, for every activation, however the text is fed; and a patched or ablated run
 * is the same bits however it is fed, because positions count from the beginning of the text.
 */

import { fileURLToPath } from "node:url";
import {
  type ActivationPart,
  type Activations,
  type NamedHook,
  patchActivation,
  runWithCache,
  traceOfHooks,
  zeroAblate,
} from "@tsgpt/analysis";
import { activationKeys, chainTraces, forward, KVCache, type Model, record, stackTraces } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createReferenceEngine, createSimdEngine, type Tensor } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";

const IDS = [3, 1, 4, 1, 5, 9, 2];
const OTHER = [3, 8, 4, 44, 5, 9, 60];
const FEEDINGS = {
  "at once": [7],
  "token by token": [1, 1, 1, 1, 1, 1, 1],
  "3, then steps": [3, 1, 1, 1, 1],
  "in pieces": [2, 4, 1],
};
const engines = {
  reference: createReferenceEngine,
  "simd, 1 thread": () => createSimdEngine({ threads: 1 }),
  "simd, 2 threads, plain": () => createSimdEngine({ threads: 2, relaxed: false }),
};
const cases = Object.keys(engines).flatMap((kernels) =>
  ["f32", "f16", "bf16", "int8"].map((dtype) => ({ kernels, dtype })),
);

/** Every activation of the text, fed in pieces of these sizes, as the hooks leave it. */
function traceOf(model: Model, sizes: readonly number[], hooks: readonly NamedHook[]): Map<string, Tensor> {
  const cache = sizes.length > 1 ? new KVCache(model.config, model.engine, IDS.length) : undefined;
  const changes = traceOfHooks(model, [{ ids: IDS, hooks }]);
  const parts: Map<string, Tensor>[] = [];
  let done = 0;
  for (const size of sizes) {
    const found = new Map<string, Tensor>();
    forward(model, IDS.slice(done, done + size), { cache, trace: chainTraces(changes, record(found)) });
    parts.push(found);
    done += size;
  }
  cache?.dispose();
  return stackTraces(parts);
}

/** All in the full run; else some, with those that a run computes from another precision than it stores, if any. */
const keysOf = ({ config: { nLayer } }: Model): string[] => {
  const keys = activationKeys(nLayer);
  const isSquare = (key: string) => /hook_(attn_scores|pattern)$/.test(key);
  return [
    ...sample(keys.filter(isSquare), 2),
    ...sample(
      keys.filter((key) => !isSquare(key)),
      8,
    ),
  ];
};

/** The keys of the activations that differ in any bit. */
const differing = (actual: Activations, expected: Activations): string[] =>
  [...expected].flatMap(([key, { data }]) => {
    const own = actual.get(key)?.data ?? [];
    return own.length === data.length && data.every((value, i) => Object.is(value, own[i])) ? [] : [key];
  });

const partsOf = (key: string): ActivationPart[] => [
  {},
  { position: 3 },
  ...(/hook_(q|k|v|z|attn_scores|pattern)$/.test(key) ? [{ head: 1 }, { head: 2, position: 5 }] : []),
];

describe.each(FULL ? cases : [cases[0], ...sample(cases.slice(1), 1)].filter((one) => one !== undefined))(
  "$kernels kernels, $dtype",
  ({ kernels, dtype }) => {
    async function withModel(use: (model: Model) => void): Promise<void> {
      const engine = engines[kernels as keyof typeof engines]();
      const folder = fileURLToPath(new URL("../../gpt/test/fixtures/tiny-tied", import.meta.url));
      use(await loadModel(folder, { engine, dtype: dtype as "f32" }));
      engine.dispose();
    }

    test.each(Object.entries(FEEDINGS))("%s: a run patched with itself is the same bits", (_, sizes) =>
      withModel((model) => {
        const { activations } = runWithCache(model, IDS);
        for (const key of keysOf(model)) {
          for (const part of partsOf(key)) {
            const patched = traceOf(model, sizes, [patchActivation(key, activations, part)]);
            expect(differing(patched, activations), `${key} ${JSON.stringify(part)}`).toEqual([]);
          }
        }
        const all = traceOf(model, sizes, [patchActivation(() => true, activations)]);
        expect(differing(all, activations)).toEqual([]);
      }),
    );

    test("a run patched with another, or ablated, is the same bits however it is fed", () =>
      withModel((model) => {
        const { activations } = runWithCache(model, OTHER);
        const plain = runWithCache(model, IDS).activations;
        for (const key of keysOf(model)) {
          for (const part of partsOf(key)) {
            for (const hook of [patchActivation(key, activations, part), zeroAblate(key, part)]) {
              const whole = traceOf(model, [7], [hook]);
              expect(differing(whole, plain)[0] ?? key).toBe(key); // nothing before it has changed
              for (const sizes of Object.values(FEEDINGS).slice(1)) {
                expect(differing(traceOf(model, sizes, [hook]), whole), `${key} ${JSON.stringify(part)}`).toEqual([]);
              }
            }
          }
        }
      }));
  },
);
