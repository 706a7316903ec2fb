/**
 * The Kernels interface over the module. Products, attention and what is large go to all threads; what takes a microsecond stays
 * on one. Log-softmax, scale and relu are no part of GPT-2's pass or rare in it and are the reference's.
 */
import type { Tensor } from "../../tensor.ts";
import type { Pool } from "../../threads/pool.ts";
import type { Weight } from "../../weight.ts";
import type { AttentionOptions, GeluForm, Kernels } from "../kernels.ts";
import { referenceKernels } from "../reference.ts";
import type { EngineMemory } from "./memory.ts";
import { Operands } from "./operands.ts";
import { isPacked, packedBytes } from "./packed-weight.ts";

/** The numbers of assembly/jobs.ts. */
export const JOB = {
  linear: 0,
  attention: 1,
  layerNorm: 2,
  softmax: 3,
  gelu: 4,
  packInputs: 5,
  packOutputs: 6,
  readLines: 7,
  multiplyAdds: 8,
  columns: 9,
  storeHeads: 10,
} as const;

const UNITS_A_THREAD = 8; // so that a thread that was held up leaves its share to the others
const FIRST_OF_STEP = 0.75; // of a thread's share of a step's product, in one piece: 0.81 -> 0.84 of the read limit
const WORTH_SHARING = 16_384; // elements; below, waking the others takes longer

export function simdKernels(memory: EngineMemory, pool: Pool): Kernels {
  const operands = new Operands(memory);
  const perUnit = (outputs: number) => Math.max(1, Math.ceil(outputs / (pool.threads * UNITS_A_THREAD)));
  let scratch = { pointer: 0, bytes: 0 };
  let idsPlace = new Int32Array(0);

  function scratchOf(bytes: number): number {
    if (scratch.bytes < bytes) {
      memory.free(scratch.pointer);
      scratch = { pointer: memory.allocate(bytes), bytes };
    }
    return scratch.pointer;
  }

  /** Room for ids; what is there is written over. */
  function idsOf(count: number): Int32Array {
    if (idsPlace.length < count) {
      memory.free(idsPlace.byteOffset);
      idsPlace = new Int32Array(memory.memory.buffer, memory.allocate(4 * count), count);
    }
    return idsPlace;
  }

  /** out [m, n] = x [m, k] W + bias, W in panels at `weight`. */
  function product(out: Tensor, x: Tensor, weight: number, n: number, bias: Tensor | undefined): void {
    const [m, k] = x.shape as [number, number];
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(x));
    pool.int(4, weight);
    pool.int(5, operands.read(bias));
    pool.int(6, m);
    pool.int(7, k);
    pool.int(8, n);
    const panels = Math.ceil(n / 8);
    if (m === 1) pool.run(JOB.linear, panels, perUnit(panels), Math.ceil((FIRST_OF_STEP * panels) / pool.threads));
    else pool.run(JOB.linear, panels, perUnit(panels));
    operands.done();
  }

  /** Panels of a matrix that is no PackedWeight, for one call. */
  function panelsOf(weight: Weight, outputs: "columns" | "rows"): number {
    if (isPacked(weight)) return weight.pointer;
    const [rows, columns] = weight.shape as [number, number];
    const [k, n] = outputs === "columns" ? [rows, columns] : [columns, rows];
    const source = operands.read(weight.toTensor());
    const packed = operands.borrow(packedBytes(k, n));
    packRows(pool, { packed, source, dtype: 0, first: 0, count: rows, k, n, outputs });
    return packed;
  }

  function linear(out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
    if (out.size === 0 || x.size === 0) {
      referenceKernels.linear(out, x, weight, bias);
      return;
    }
    product(out, x, panelsOf(weight, "columns"), weight.shape[1] as number, bias);
  }

  function matmulTransposed(out: Tensor, a: Tensor, b: Weight): void {
    if (out.size === 0 || a.size === 0) {
      referenceKernels.matmulTransposed(out, a, b);
      return;
    }
    product(out, a, panelsOf(b, "rows"), b.shape[0] as number, undefined);
  }

  function embedding(out: Tensor, table: Weight, ids: ArrayLike<number>): void {
    if (!isPacked(table)) {
      referenceKernels.embedding(out, table, ids);
      return;
    }
    pool.check();
    const lookedUp = idsOf(ids.length);
    for (let i = 0; i < ids.length; i++) lookedUp[i] = ids[i] as number;
    pool.exports.embedding(operands.write(out), table.pointer, lookedUp.byteOffset, ids.length, table.k);
    operands.done();
  }

  function add(out: Tensor, a: Tensor, b: Tensor): void {
    pool.check();
    pool.exports.add(operands.write(out), operands.read(a), operands.read(b), out.size);
    operands.done();
  }

  /** Rows of `x` in units; few elements in one. */
  function overRows(job: number, x: Tensor, n: number): void {
    const rows = x.size / n;
    pool.run(job, rows, x.size < WORTH_SHARING ? rows : perUnit(rows));
    operands.done();
  }

  function softmax(out: Tensor, x: Tensor): void {
    const n = x.shape.at(-1) as number;
    if (x.size === 0) return;
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(x));
    pool.int(4, n);
    overRows(JOB.softmax, x, n);
  }

  function layerNorm(out: Tensor, x: Tensor, weight: Tensor, bias: Tensor, epsilon: number): void {
    const n = x.shape.at(-1) as number;
    if (x.size === 0) return;
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(x));
    pool.int(4, operands.read(weight));
    pool.int(5, operands.read(bias));
    pool.int(6, n);
    pool.float(7, epsilon);
    overRows(JOB.layerNorm, x, n);
  }

  function gelu(out: Tensor, x: Tensor, form: GeluForm): void {
    if (x.size === 0) return;
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(x));
    pool.int(4, form === "erf" ? 1 : 0);
    pool.run(JOB.gelu, x.size, x.size < WORTH_SHARING ? x.size : perUnit(x.size));
    operands.done();
  }

  function attention(out: Tensor, q: Tensor, keys: Tensor, values: Tensor, options: AttentionOptions): void {
    const { past, scale, scores, pattern, from = "queries" } = options;
    const [heads, capacity, d] = keys.shape as [number, number, number];
    const t = q.shape[0] as number;
    if (out.size === 0) return;
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(q));
    pool.int(4, operands.read(keys));
    pool.int(5, operands.read(values));
    pool.int(6, from === "scores" ? operands.read(scores) : operands.write(scores));
    pool.int(7, from === "pattern" ? operands.read(pattern) : operands.write(pattern));
    pool.int(8, scratchOf(pool.threads * 4 * (past + t) * 4));
    pool.int(9, t);
    pool.int(10, heads);
    pool.int(11, d);
    pool.int(12, capacity);
    pool.int(13, past);
    pool.float(14, scale);
    pool.int(15, from === "queries" ? 0 : from === "scores" ? 1 : 2);
    const tiles = heads * Math.ceil(t / 4);
    const work = t * (past + t) * heads * d;
    pool.run(JOB.attention, tiles, work < WORTH_SHARING ? tiles : perUnit(tiles));
    operands.done();
  }

  function columns(out: Tensor, x: Tensor, start: number): void {
    const [m, n] = out.shape as [number, number];
    if (out.size === 0) return;
    pool.int(2, operands.write(out));
    pool.int(3, operands.read(x));
    pool.int(4, n);
    pool.int(5, x.shape[1] as number);
    pool.int(6, start);
    pool.run(JOB.columns, m, out.size < WORTH_SHARING ? m : perUnit(m));
    operands.done();
  }

  function storeHeads(cache: Tensor, x: Tensor, position: number): void {
    if (!memory.holds(cache.data)) {
      referenceKernels.storeHeads(cache, x, position); // to write a few rows, a whole cache would be copied in and out
      return;
    }
    const [heads, capacity, d] = cache.shape as [number, number, number];
    const t = x.shape[0] as number;
    if (x.size === 0) return;
    pool.int(2, operands.write(cache));
    pool.int(3, operands.read(x));
    pool.int(4, heads);
    pool.int(5, capacity);
    pool.int(6, d);
    pool.int(7, position);
    pool.run(JOB.storeHeads, t, x.size < WORTH_SHARING ? t : perUnit(t));
    operands.done();
  }

  const { logSoftmax, scale, relu } = referenceKernels;
  return {
    matmul: (out, a, b) => linear(out, a, b, undefined),
    matmulTransposed,
    linear,
    embedding,
    add,
    softmax,
    layerNorm,
    gelu,
    attention,
    logSoftmax,
    scale,
    relu,
    columns,
    storeHeads,
  };
}

/** Rows of a stored matrix that have arrived, and the panels they belong to. */
export interface RowsToPack {
  readonly packed: number;
  readonly source: number;
  /** 0 F32, 1 F16, 2 BF16. */
  readonly dtype: number;
  /** The first of the rows; a multiple of 8 if the outputs are rows. */
  readonly first: number;
  readonly count: number;
  readonly k: number;
  readonly n: number;
  readonly outputs: "columns" | "rows";
}

/** Packs rows into panels, on all threads. */
export function packRows(pool: Pool, { packed, source, dtype, first, count, k, n, outputs }: RowsToPack): void {
  pool.int(2, packed);
  pool.int(3, source);
  pool.int(4, dtype);
  pool.int(5, first);
  pool.int(6, count);
  pool.int(7, k);
  pool.int(8, n);
  const panels = Math.ceil((outputs === "columns" ? n : count) / 8);
  const job = outputs === "columns" ? JOB.packInputs : JOB.packOutputs;
  pool.run(job, panels, Math.max(1, Math.ceil(panels / (pool.threads * 4))));
}
