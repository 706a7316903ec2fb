/** The digest of a run tells apart whatever changes an answer, the rounding of the kernels included. */
import { loadModel } from "@tsgpt/gpt/node";
import { createSimdEngine, type Engine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { digestOf, kernelsOf } from "../src/prompt/run-digest.ts";
import { fixture } from "./process.ts";

const load = async (engine: Engine, dtype: "f32" | "bf16" = "f32") => ({
  ...(await loadModel(fixture("tiny-tied"), { engine, dtype })),
  isDefault: false,
});

test("of the model, its dtype, the kernels, their rounding, and what is asked", async () => {
  const engine = createSimdEngine({ threads: 1 });
  const plain = createSimdEngine({ threads: 1, relaxed: false });
  const digests = [
    digestOf(await load(engine), { top: 5 }),
    digestOf(await load(engine), { top: 4 }),
    digestOf(await load(engine, "bf16"), { top: 5 }),
    digestOf(await load(plain), { top: 5 }),
  ];
  expect(new Set(digests).size).toBe(4);
  const withTwoThreads = digestOf(await load(createSimdEngine({ threads: 2 })), { top: 5 });
  expect(withTwoThreads).toBe(digests[0]);
});

test("kernels are named by their rounding", () => {
  expect(kernelsOf({ kernelSet: "simd", relaxed: true })).toBe("simd");
  expect(kernelsOf({ kernelSet: "simd", relaxed: false })).toBe("simd, without relaxed multiply-add");
  expect(kernelsOf({ kernelSet: "reference" })).toBe("reference");
});
