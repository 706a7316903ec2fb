/**
 * What the machine can do at most, measured by the engine's own module on its own threads (assembly/limits.ts): the
 * figures that decode (reads every weight once a token) and prefill (multiply-adds) are held against.
 */
import type { MachineLimits } from "../../engine.ts";
import type { Pool } from "../../threads/pool.ts";
import type { EngineMemory } from "./memory.ts";
import { JOB } from "./simd-kernels.ts";

const LINE = 128; // bytes
const READ_BYTES = 512 << 20; // many times any cache
const TURNS = 20_000; // of 32 multiply-adds: some hundredths of a millisecond
const UNITS_A_THREAD = 64;

/** Takes 512 MB of the engine's memory until it is disposed. @throws EngineError if they are not to be had */
export function machineLimits(memory: EngineMemory, pool: Pool): MachineLimits {
  const base = memory.allocate(READ_BYTES);
  memory.bytes(base, READ_BYTES).fill(1); // a page that was never written is one and the same page of zeros
  return {
    readPass: () => {
      pool.int(2, base);
      const lines = READ_BYTES / LINE;
      return READ_BYTES / seconds(() => pool.run(JOB.readLines, lines, Math.ceil(lines / pool.threads)));
    },
    multiplyAddPass: () => {
      pool.int(2, TURNS);
      const units = pool.threads * UNITS_A_THREAD;
      return (2 * 4 * 8 * TURNS * units) / seconds(() => pool.run(JOB.multiplyAdds, units, 1));
    },
    dispose: () => memory.free(base),
  };
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
