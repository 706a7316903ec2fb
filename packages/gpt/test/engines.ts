/** The engines that a model is held against transformers on; a fresh one a test, for each owns its memory and workers. */
import { createReferenceEngine, createSimdEngine, type Engine } from "@tsgpt/tensor";

interface EngineCase {
  readonly engineName: string;
  readonly create: () => Engine;
  /**
   * The reference sums in float64: what is left is transformers' own float32 error, up to 2.9e-6. The simd set sums float32 as
   * transformers does, in another order, and is as far from float64 as it: two such errors are 5.8e-6, and some room.
   */
  readonly atol: number;
}

export const engines: readonly EngineCase[] = [
  { engineName: "reference", create: createReferenceEngine, atol: 5e-6 },
  { engineName: "simd, 1 thread", create: () => createSimdEngine({ threads: 1 }), atol: 8e-6 },
  { engineName: "simd, 2 threads", create: () => createSimdEngine({ threads: 2 }), atol: 8e-6 },
  { engineName: "simd, 1 thread, plain", create: () => createSimdEngine({ threads: 1, relaxed: false }), atol: 8e-6 },
  { engineName: "simd, 2 threads, plain", create: () => createSimdEngine({ threads: 2, relaxed: false }), atol: 8e-6 },
];
