/**
 * The limits of the machine, measured by the engine's own module on its own threads (assembly/limits.ts): decode (reads
 * every weight once per token) is compared with memory bandwidth, prefill with multiply-adds per second.
 */
import type { MachineLimits } from "../../engine.ts";
import type { EngineMemory } from "./memory.ts";
import type { Pool } from "./threads/pool.ts";

const LINE = 128; // bytes
const MOST_BYTES = 512 << 20; // much larger than any cache
const FIRST = 65_536; // byte address after the pool's page
const TURNS = 160_000; // of 32 multiply-adds: a few tenths of a millisecond
const UNITS_PER_THREAD = 64;

/**
 * Reads `readBytes` per pass, from memory that is allocated until `dispose`: that many bytes, at most 512 MB, which are
 * then read repeatedly. If the engine is full, its first bytes are read instead.
 */
export function machineLimits(memory: EngineMemory, pool: Pool, readBytes: number): MachineLimits {
  const linesOf = (bytes: number) => Math.max(1, Math.floor(bytes / LINE));
  const size = LINE * linesOf(Math.min(readBytes, MOST_BYTES));
  const own = memory.availableBytes >= size + LINE;
  const base = own ? memory.allocate(size) : FIRST;
  if (own) memory.bytes(base, size).fill(1); // unwritten pages all map to the same page of zeros
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
