/** A worker of the simd engine that dies, in Node, which says so; a browser says nothing of a worker that it ended. */
import { expect, test } from "vitest";
import { EngineMemory } from "../src/kernels/simd/memory.ts";
import { compileKernels } from "../src/kernels/simd/module.ts";
import { startWorker } from "../src/node/host.ts";
import { Pool } from "../src/threads/pool.ts";

test("a worker that dies makes the next job an error, within a second", { timeout: 20_000 }, async () => {
  const compiled = compileKernels();
  if (!compiled) throw new Error("no SIMD here");
  const ended = new Promise<void>((resolve) => {
    const start: typeof startWorker = (data, onExit) => {
      const worker = startWorker(data, (reason) => {
        onExit(reason);
        expect(() => pool.run(4, 8, 8)).toThrow(
          /a worker of the simd engine ended \(exit code 1\); create a new engine/,
        );
        resolve();
      });
      setTimeout(() => worker.terminate(), 100);
      return worker;
    };
    const pool = new Pool(compiled, new EngineMemory(), 2, { start });
  });
  await ended;
});
