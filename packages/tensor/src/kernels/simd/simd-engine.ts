/**
 * The simd engine: kernels of WebAssembly SIMD over one shared memory, and worker threads. Weights are read through a staging
 * buffer, widened and packed as they arrive, and exist once.
 */
import { Arena } from "../../arena.ts";
import { BYTES_PER_ELEMENT } from "../../dtype.ts";
import type { Engine } from "../../engine.ts";
import { EngineError } from "../../errors.ts";
import { sizeOf, Tensor } from "../../tensor.ts";
import { Pool } from "../../threads/pool.ts";
import { chooseThreadCount } from "../../threads/thread-count.ts";
import type { StoredDtype, Weight, WeightRole, WeightSource } from "../../weight.ts";
import { machineLimits } from "./limits.ts";
import { EngineMemory } from "./memory.ts";
import { compileKernels } from "./module.ts";
import { packedBytes, packedWeight } from "./packed-weight.ts";
import { packRows, simdKernels } from "./simd-kernels.ts";

const STAGING_BYTES = 8 << 20;
const DTYPE: Readonly<Record<StoredDtype, number>> = { F32: 0, F16: 1, BF16: 2 };

export interface SimdOptions {
  /** 1 is no worker at all; by default the physical cores, or 1 where a browser allows no threads. */
  readonly threads?: number | undefined;
  /** False compiles without relaxed multiply-add, as engines that do not know it do. */
  readonly relaxed?: boolean | undefined;
}

/** @throws EngineError where WebAssembly SIMD, shared memory, or the threads asked for cannot be had; RangeError for no number of threads */
export function createSimdEngine({ threads: asked, relaxed = true }: SimdOptions = {}): Engine {
  const threads = chooseThreadCount(asked);
  const compiled = compileKernels({ relaxed });
  if (!compiled) throw new EngineError("this JavaScript engine has no WebAssembly SIMD with shared memory");
  const memory = new EngineMemory();
  const pool = new Pool(compiled, memory, threads);
  const kernels = simdKernels(memory, pool);
  const idle: Arena[] = [];
  const floats = (size: number) => memory.floats(memory.allocate(4 * size), size);
  return {
    kernelSet: "simd",
    threads: pool.threads,
    kernels,
    allocate: (shape) => {
      pool.check();
      const data = floats(sizeOf(shape));
      data.fill(0);
      return new Tensor(data, shape);
    },
    free: ({ data }) => memory.free(data.byteOffset),
    loadWeight: (source, role) => load(source, role, memory, pool),
    takeArena: () => idle.pop() ?? new Arena(kernels, floats, (data) => memory.free(data.byteOffset)),
    giveArena: (arena) => {
      arena.release(0);
      idle.push(arena);
    },
    get arenaBytes() {
      return idle.reduce((sum, arena) => sum + arena.bytes, 0);
    },
    limits: () => {
      pool.check();
      return machineLimits(memory, pool);
    },
    dispose: () => {
      idle.length = 0;
      pool.dispose();
    },
  };
}

async function load(source: WeightSource, role: WeightRole, memory: EngineMemory, pool: Pool): Promise<Weight> {
  pool.check();
  if (role === "vector" || sizeOf(source.shape) === 0) return loadVector(source, memory, pool);
  const outputs = role === "linear" ? "columns" : "rows";
  const [rows, columns] = source.shape as [number, number];
  const [k, n] = outputs === "columns" ? [rows, columns] : [columns, rows];
  const packed = memory.allocate(packedBytes(k, n));
  const panels = memory.floats(packed, packedBytes(k, n) / 4);
  if (n % 8 > 0) panels.fill(0, Math.floor(n / 8) * 8 * k);
  const rowBytes = columns * BYTES_PER_ELEMENT[source.dtype];
  const perRead = Math.max(8, Math.floor(STAGING_BYTES / rowBytes / 8) * 8);
  const staging = memory.allocate(Math.min(perRead, rows) * rowBytes);
  try {
    for (let first = 0; first < rows; first += perRead) {
      const count = Math.min(perRead, rows - first);
      await source.read(first * rowBytes, memory.bytes(staging, count * rowBytes));
      packRows(pool, { packed, source: staging, dtype: DTYPE[source.dtype], first, count, k, n, outputs });
    }
  } catch (error) {
    memory.free(packed);
    throw error;
  } finally {
    memory.free(staging);
  }
  return packedWeight(source.shape, outputs, panels);
}

async function loadVector(source: WeightSource, memory: EngineMemory, pool: Pool): Promise<Tensor> {
  const { shape, dtype } = source;
  const size = sizeOf(shape);
  if (size === 0) return Tensor.zeros(shape);
  const bytes = size * BYTES_PER_ELEMENT[dtype];
  const staging = memory.allocate(bytes);
  try {
    await source.read(0, memory.bytes(staging, bytes));
    const pointer = memory.allocate(4 * size);
    pool.exports.widen(pointer, staging, DTYPE[dtype], 0, size);
    return new Tensor(memory.floats(pointer, size), shape);
  } finally {
    memory.free(staging);
  }
}
