/** Products with a weight in panels, and looking up its rows: assembly/linear.ts, pack.ts, embedding.ts. */
import type { Tensor } from "../../tensor.ts";
import type { Pool } from "../../threads/pool.ts";
import type { Weight } from "../../weight.ts";
import { referenceKernels } from "../reference.ts";
import { JOB, type KernelContext, perUnit, setOutAndX } from "./context.ts";
import { isPacked, packedBytes } from "./packed-weight.ts";

/** A step's product: this part of a thread's share in one piece, the rest in pieces of a fortieth, which even out what one is slower. */
const FIRST_OF_STEP = 0.95;
const PIECES_OF_STEP = 40;
const LANES = 8; // outputs of a panel

export function linear(context: KernelContext, out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
  if (out.size === 0 || x.size === 0) referenceKernels.linear(out, x, weight, bias);
  else product(context, out, x, panelsOf(context, weight, "columns"), bias);
}

export function matmulTransposed(context: KernelContext, out: Tensor, a: Tensor, b: Weight): void {
  if (out.size === 0 || a.size === 0) referenceKernels.matmulTransposed(out, a, b);
  else product(context, out, a, panelsOf(context, b, "rows"), undefined);
}

export function embedding(context: KernelContext, out: Tensor, table: Weight, ids: ArrayLike<number>): void {
  const { pool, operands } = context;
  if (!isPacked(table)) {
    referenceKernels.embedding(out, table, ids);
    return;
  }
  pool.check();
  const lookedUp = context.ids(ids.length);
  for (let i = 0; i < ids.length; i++) lookedUp[i] = ids[i] as number;
  pool.exports.embedding(operands.write(out), table.pointer, lookedUp.byteOffset, ids.length, table.k);
  operands.done();
}

/** out [m, n] = x [m, k] W + bias, W in panels at `weight`. */
function product(context: KernelContext, out: Tensor, x: Tensor, weight: number, bias: Tensor | undefined): void {
  const { pool, operands } = context;
  const [m, k] = x.shape as [number, number];
  const n = out.shape[1] as number;
  setOutAndX(context, out, x);
  pool.int(4, weight);
  pool.int(5, operands.read(bias));
  pool.int(6, m);
  pool.int(7, k);
  pool.int(8, n);
  const panels = Math.ceil(n / LANES);
  if (m > 1) pool.run(JOB.linear, panels, perUnit(pool, panels, Number.POSITIVE_INFINITY));
  else {
    const share = panels / pool.threads;
    pool.run(JOB.linear, panels, Math.ceil(share / PIECES_OF_STEP), Math.ceil(FIRST_OF_STEP * share));
  }
  operands.done();
}

/** Panels of a weight; of a plain matrix, for one call. */
function panelsOf({ pool, operands }: KernelContext, weight: Weight, outputs: "columns" | "rows"): number {
  if (isPacked(weight)) return weight.pointer;
  const [rows, columns] = weight.shape as [number, number];
  const [k, n] = outputs === "columns" ? [rows, columns] : [columns, rows];
  const source = operands.read(weight.toTensor());
  const packed = operands.borrow(packedBytes(k, n));
  packRows(pool, { packed, source, dtype: 0, first: 0, count: rows, k, n, outputs });
  return packed;
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
  const panels = Math.ceil((outputs === "columns" ? n : count) / LANES);
  const job = outputs === "columns" ? JOB.packInputs : JOB.packOutputs;
  pool.run(job, panels, Math.max(1, Math.ceil(panels / (pool.threads * 4))));
}
