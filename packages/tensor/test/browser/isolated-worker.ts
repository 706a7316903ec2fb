/** The simd engine in a worker of a cross-origin isolated page, which has all that Node has. Run by test/browser. */
import { createEngine, createSimdEngine, type Engine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { compileKernels } from "../../src/kernels/simd/module.ts";

const PARKED = 256; // byte address: how many workers sleep (assembly/pool.ts)

/** Resolves when `count` workers of the engine have started and, finding nothing to do, gone to sleep. */
async function asleep(engine: Engine, count: number): Promise<void> {
  const parked = new Int32Array(engine.allocate([1]).data.buffer, PARKED, 1);
  while (Atomics.load(parked, 0) !== count) await new Promise((resolve) => setTimeout(resolve, 10));
}

test("the engine has the threads that are asked for, and they run", async () => {
  for (const threads of [2, 3]) {
    const engine = await createEngine({ threads });
    expect([engine.kernelSet, engine.threads]).toEqual(["simd", threads]);
    await asleep(engine, threads - 1);
    engine.dispose();
  }
});

test("an engine with its threads is no reason for a note", async () => {
  const notes: string[] = [];
  (await createEngine({ onFallback: (note) => void notes.push(note) })).dispose();
  expect(notes).toEqual([]);
});

/** Runs `measure` where the browser says that it has so many logical processors. */
async function withProcessors<T>(count: number, measure: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, "hardwareConcurrency", { value: count, configurable: true });
  try {
    return await measure();
  } finally {
    Reflect.deleteProperty(navigator, "hardwareConcurrency");
  }
}

test.each([
  [1, 1],
  [2, 2],
  [3, 3],
  [4, 4],
  [16, 4],
])("on %d logical processors it has %d threads by default", async (processors, threads) => {
  const engine = await withProcessors(processors, () => createEngine());
  expect(engine.threads).toBe(threads);
  engine.dispose();
});

test("by default it has a thread for each logical processor, at most 4", async () => {
  const engine = await createEngine();
  expect(engine.threads).toBe(Math.min(4, navigator.hardwareConcurrency));
  engine.dispose();
});

test("a number of threads that cannot be is refused", () => {
  expect(() => createSimdEngine({ threads: 65 })).toThrow("threads must be a whole number from 1 to 64, got 65");
});

test("Chromium has relaxed multiply-add", () => {
  expect(compileKernels()?.relaxed).toBe(true);
});
