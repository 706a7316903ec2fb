/** One matrix product at GPT-2's MLP size, x W + b: our `linear`, its weight packed, and tfjs's fused matMul. */
import { createEngine, type Engine, linear } from "@tsgpt/tensor";
import type { Contestant } from "../contest.ts";

/** m, k, n of [m, k] x [k, n]. */
export const PRODUCT = { m: 512, k: 768, n: 3072 } as const;

/** Products a turn: one alone would be near the clock's jitter. */
export const PRODUCTS = 5;

/** Ours, on `threads` threads. */
export async function tsgptProduct(threads: number): Promise<Contestant> {
  const { m, k, n } = PRODUCT;
  const engine = await createEngine({ threads });
  const x = filled(engine, [m, k], 1);
  const w = await engine.loadWeight(rowMajor([k, n], 2), "linear");
  const b = filled(engine, [n], 3);
  const arena = engine.takeArena();
  const run = () => {
    arena.release(0);
    return linear(x, w, b, arena); // [m, n]
  };
  return {
    kernels: engine.kernelSet,
    threads: engine.threads,
    outputs: async () => run().data.slice(),
    tasks: { product: async () => timeProducts(run) },
  };
}

/** tfjs on its WebAssembly backend. Its threads need a browser's Worker, so in Node it has one. */
export async function tfjsProduct(): Promise<Contestant> {
  const { m, k, n } = PRODUCT;
  const tf = await import("@tensorflow/tfjs-core");
  const { getThreadsCount } = await import("@tensorflow/tfjs-backend-wasm");
  await tf.setBackend("wasm");
  const a = tf.tensor2d(numbers(m * k, 1), [m, k]);
  const w = tf.tensor2d(numbers(k * n, 2), [k, n]);
  const bias = tf.tensor1d(numbers(n, 3));
  const run = () => tf.fused.matMul({ a, b: w, bias }); // [m, n]
  const simd = await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT");
  return {
    kernels: simd ? "WebAssembly SIMD" : "WebAssembly",
    threads: getThreadsCount(),
    outputs: async () => run().dataSync<"float32">(),
    tasks: { product: async () => timeProducts(() => run().dispose()) },
  };
}

/** Milliseconds of one. */
function timeProducts(run: () => void): number {
  const start = performance.now();
  for (let i = 0; i < PRODUCTS; i++) run();
  return (performance.now() - start) / PRODUCTS;
}

function filled(engine: Engine, shape: readonly number[], seed: number) {
  const tensor = engine.allocate(shape);
  tensor.data.set(numbers(tensor.size, seed));
  return tensor;
}

function rowMajor(shape: readonly [number, number], seed: number) {
  const bytes = new Uint8Array(numbers(shape[0] * shape[1], seed).buffer);
  const read = async (offset: number, into: Uint8Array) => into.set(bytes.subarray(offset, offset + into.length));
  return { shape, dtype: "F32" as const, read };
}

/** Numbers between -1 and 1, the same in every process. */
function numbers(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => Math.sin(12.9898 * i + seed));
}
