/** The workers of an engine that die, or never start: a job ends in an error, and nothing waits for them. */
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { GELU_TANH, TICKET } from "../src/kernels/simd/constants.ts";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { compileKernels, type KernelModule } from "../src/kernels/simd/module.ts";
import { Pool } from "../src/kernels/simd/threads/pool.ts";
import type { WorkerData, WorkerHandle } from "../src/kernels/simd/threads/worker.ts";

const SECONDS = 1000;
const turn = () => new Promise((resolve) => setImmediate(resolve));

const READY = 2048; // byte address that nothing else uses
const NUMBERS = 100_000; // of a gelu, of which each is a unit
const AT = 131_072; // byte address of the numbers

/** A pool of two whose worker runs `code`, which is given the shared `memory`. */
function poolOf(code: string) {
  const memory = new EngineMemory();
  const start = (data: WorkerData): WorkerHandle => {
    const worker = new Worker(`const memory = require("node:worker_threads").workerData;\n${code}`, {
      eval: true,
      workerData: data.memory,
    });
    worker.unref();
    return { terminate: () => void worker.terminate() };
  };
  return { pool: new Pool(compileKernels() as KernelModule, memory, 2, { start, patience: 300 }), memory };
}

function runGelu(pool: Pool): void {
  pool.jobs.activation.out(AT).x(AT).form(GELU_TANH).run(NUMBERS, 1);
}

/** Runs a job beside a worker that takes one of its units and dies; undefined if the job was over before the worker had its turn. */
async function jobBesideDyingWorker() {
  const { pool, memory } = poolOf(`
    const ticket = new BigInt64Array(memory.buffer, ${TICKET}, 1);
    Atomics.store(new Int32Array(memory.buffer, ${READY}, 1), 0, 1);
    while (((Atomics.load(ticket, 0) >> 20n) & 0xfffffn) === 0n) {}
    Atomics.add(ticket, 0, 1n);`);
  const ready = new Int32Array(memory.memory.buffer, READY, 1);
  while (Atomics.load(ready, 0) === 0) await turn();
  try {
    runGelu(pool);
  } catch (error) {
    return { pool, error };
  }
  pool.dispose();
  return undefined;
}

test("a worker that takes a unit and dies makes the job an error, and every later one at once", {
  timeout: 60 * SECONDS,
}, async () => {
  let run = await jobBesideDyingWorker();
  for (let i = 0; !run && i < 20; i++) run = await jobBesideDyingWorker(); // on a busy machine it may come too late
  expect(String(run?.error)).toContain("a worker of the simd engine does not answer; create a new engine");
  expect(() => runGelu(run?.pool as Pool)).toThrow("a worker of the simd engine does not answer");
  run?.pool.dispose();
});

test("a worker that never starts holds nothing up: the others take its units", () => {
  const { pool, memory } = poolOf("");
  memory.floats(AT, NUMBERS).fill(1);
  runGelu(pool);
  for (const value of [memory.floats(AT, 1), memory.floats(AT, NUMBERS).subarray(-1)]) {
    expect(value[0]).toBeCloseTo(0.841192, 5); // gelu(1) = 1 / 2 (1 + tanh(sqrt(2 / pi) 1.044715))
  }
  pool.dispose();
});
