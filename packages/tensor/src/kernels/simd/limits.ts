/**
 * What the machine can do at most, measured by the engine's own module on its own threads (assembly/limits.ts): the
 * figures that decode (reads every weight once a token) and prefill (multiply-adds) are held against.
 */
import type { MachineLimits } from "../../engine.ts";
import type { Pool } from "../../threads/pool.ts";
import { JOB } from "./context.ts";
import type { EngineMemory } from "./memory.ts";

const LINE = 128; // bytes
const READ_BYTES = 512 << 20; // many times any cache
const FIRST = 65_536; // byte address behind the pool's page
const TURNS = 160_000; // of 32 multiply-adds: some tenths of a millisecond
const UNITS_A_THREAD = 64;

/** Takes 512 MB of the engine's memory until it is disposed; where that is full, its first 512 MB are read as they are. */
export function machineLimits(memory: EngineMemory, pool: Pool): MachineLimits {
  const own = memory.roomBytes >= READ_BYTES + LINE;
  const base = own ? memory.allocate(READ_BYTES) : FIRST;
  if (own) memory.bytes(base, READ_BYTES).fill(1); // a page that was never written is one and the same page of zeros
  return {
    readPass: (threads) => {
      pool.int(2, base);
      const lines = READ_BYTES / LINE;
      return READ_BYTES / seconds(() => pool.run(JOB.readLines, lines, Math.ceil(lines / threads)));
    },
    multiplyAddPass: () => {
      pool.int(2, TURNS);
      const units = pool.threads * UNITS_A_THREAD;
      return (2 * 4 * 8 * TURNS * units) / seconds(() => pool.run(JOB.multiplyAdds, units, 1));
    },
    dispose: () => {
      if (own) memory.free(base);
    },
  };
}

function seconds(run: () => void): number {
  const start = performance.now();
  run();
  return (performance.now() - start) / 1000;
}
