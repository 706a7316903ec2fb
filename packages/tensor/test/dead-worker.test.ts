/** A worker of the simd engine that dies, in Node, which says so; a browser says nothing of a worker that it ended. */
import { expect, test } from "vitest";
import { startWorker } from "../src/host/node.ts";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { compileKernels } from "../src/kernels/simd/module.ts";
import { Pool } from "../src/kernels/simd/threads/pool.ts";
import { BARRIER } from "../src/kernels/simd/threads/worker.ts";

test("a worker that dies makes the next job an error, within a second", { timeout: 20_000 }, async () => {
  const compiled = compileKernels();
  if (!compiled) throw new Error("no SIMD here");
  const memory = new EngineMemory();
  const parked = () => Atomics.load(new Int32Array(memory.memory.buffer, 0, 128), BARRIER.parked);
  const ended = new Promise<void>((resolve) => {
    const start: typeof startWorker = (data, onExit) => {
      const worker = startWorker(data, (reason) => {
        onExit(reason);
        expect(() => pool.jobs.readLines.base(0).run(8, 8)).toThrow(
          /a worker of the simd engine ended \(exit code 1\); create a new engine/,
        );
        resolve();
      });
      const timer = setInterval(() => {
        if (parked() === 0) return; // one that has not begun would end with code 0
        clearInterval(timer);
        worker.terminate();
      }, 1);
      return worker;
    };
    const pool = new Pool(compiled, memory, 2, { start });
  });
  await ended;
});
