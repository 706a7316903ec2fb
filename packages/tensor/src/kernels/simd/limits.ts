/**
 * What the machine can do at most, measured by the engine's own module on its own threads (assembly/limits.ts): the
 * figures that decode (reads every weight once a token) and prefill (multiply-adds) are held against.
 */
import type { MachineLimits } from "../../engine.ts";
import type { EngineMemory } from "./memory.ts";
import type { Pool } from "./threads/pool.ts";

const LINE = 128; // bytes
const MOST_BYTES = 512 << 20; // many times any cache
const FIRST = 65_536; // byte address behind the pool's page
const TURNS = 160_000; // of 32 multiply-adds: some tenths of a millisecond
const UNITS_PER_THREAD = 64;

/**
 * Passes that read `readBytes`, of memory that is taken until it is disposed: as many bytes, but 512 MB at most, which
 * are read again then; where the engine is full, its first bytes are read as they are.
 */
export function machineLimits(memory: EngineMemory, pool: Pool, readBytes: number): MachineLimits {
  const linesOf = (bytes: number) => Math.max(1, Math.floor(bytes / LINE));
  const size = LINE * linesOf(Math.min(readBytes, MOST_BYTES));
  const own = memory.roomBytes >= size + LINE;
  const base = own ? memory.allocate(size) : FIRST;
  if (own) memory.bytes(base, size).fill(1); // a page that was never written is one and the same page of zeros
  const read = (bytes: number, threads: number) => {
    const lines = linesOf(bytes);
    pool.jobs.readLines.base(base).run(lines, Math.ceil(lines / threads));
  };
  return {
    readPass: (threads) => {
      const pass = () => {
        for (let left = readBytes; left > 0; left -= size) read(Math.min(left, size), threads);
      };
      return readBytes / seconds(pass);
    },
    multiplyAddPass: () => {
      const units = pool.threads * UNITS_PER_THREAD;
      const job = pool.jobs.multiplyAdds.turns(TURNS);
      return (2 * 4 * 8 * TURNS * units) / seconds(() => job.run(units, 1));
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
