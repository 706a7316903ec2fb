/** Products with a weight in panels, and looking up its rows: assembly/linear.ts, int8.ts, embedding.ts. */
import { type Outputs, productOf } from "../../storage.ts";
import type { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";
import { referenceKernels } from "../reference/reference-kernels.ts";
import { JOB, type KernelContext, perUnit } from "./context.ts";
import { KEPT } from "./dtypes.ts";
import { packRows } from "./pack-rows.ts";
import { isPacked, lanesOf, type PackedWeight, packedBytes } from "./packed-weight.ts";

/** A step's product: this part of a thread's share in one piece, the rest in pieces of a fortieth, which even out what one is slower. */
const FIRST_OF_STEP = 0.95;
const PIECES_OF_STEP = 40;
const UNITS_A_THREAD = 16; // of a product of several rows
const SCRATCH_BYTES = 42_176; // of a thread: SCRATCH of assembly/linear.ts
const ROW_HEAD = 16; // bytes before the numbers of a quantized row

export function linear(context: KernelContext, out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
  if (out.size === 0 || x.size === 0 || isForeignInt8(weight)) referenceKernels.linear(out, x, weight, bias);
  else product(context, out, x, panelsOf(context, weight, "columns"), bias);
}

export function matmulTransposed(context: KernelContext, out: Tensor, a: Tensor, b: Weight): void {
  if (out.size === 0 || a.size === 0 || isForeignInt8(b)) referenceKernels.matmulTransposed(out, a, b);
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
  pool.exports.embedding(
    operands.write(out),
    table.pointer,
    lookedUp.byteOffset,
    ids.length,
    table.k,
    KEPT[table.dtype],
    table.scales,
  );
  operands.done();
}

/** What a product needs to know of a weight. */
type Panels = Pick<PackedWeight, "pointer" | "scales" | "dtype">;

/** out [m, n] = x [m, k] W + bias */
function product(context: KernelContext, out: Tensor, x: Tensor, weight: Panels, bias: Tensor | undefined): void {
  const { pool, operands, scratch } = context;
  const { pointer, scales, dtype } = weight;
  const [m, k] = x.shape as [number, number];
  const n = out.shape[1] as number;
  const to = operands.write(out);
  const from = dtype === "int8" ? quantizedRows(context, x) : operands.read(x);
  pool.int(2, to);
  pool.int(3, from);
  pool.int(4, pointer);
  pool.int(5, operands.read(bias));
  pool.int(6, m);
  pool.int(7, k);
  pool.int(8, n);
  pool.int(9, dtype === "int8" ? scales : KEPT[dtype]);
  if (dtype === "int8") pool.int(10, pool.fusedDots ? 1 : 0);
  else pool.int(10, scratch(pool.threads * SCRATCH_BYTES));
  const job = dtype === "int8" ? JOB.linearInt8 : JOB.linear;
  const panels = Math.ceil(n / lanesOf(dtype));
  if (m > 1) pool.run(job, panels, perUnit(pool, panels, Number.POSITIVE_INFINITY, UNITS_A_THREAD));
  else {
    const share = panels / pool.threads;
    pool.run(job, panels, Math.ceil(share / PIECES_OF_STEP), Math.max(1, Math.floor(FIRST_OF_STEP * share)));
  }
  operands.done();
}

/** Where the quantized rows of x lie until the next product. */
function quantizedRows({ pool, operands, scratch }: KernelContext, x: Tensor): number {
  const [m, k] = x.shape as [number, number];
  const rows = scratch(m * (ROW_HEAD + 16 * Math.ceil(k / 16)));
  pool.int(2, rows);
  pool.int(3, operands.read(x));
  pool.int(4, k);
  pool.run(JOB.quantizeRows, m, perUnit(pool, m, x.size));
  return rows;
}

/** An int8 weight of another kernel set: its own kernels are asked, for widened it would give other numbers. */
function isForeignInt8(weight: Weight): boolean {
  return weight.dtype === "int8" && !isPacked(weight);
}

/** Panels of a weight; of a plain matrix, for one call. */
function panelsOf({ pool, operands }: KernelContext, weight: Weight, outputs: Outputs): Panels {
  if (isPacked(weight)) return weight;
  const { k, n } = productOf(weight.shape, outputs);
  const source = operands.read(weight.toTensor());
  const packed = operands.borrow(packedBytes(k, n, "f32"));
  packRows(pool, {
    packed,
    source,
    stored: "F32",
    kept: "f32",
    first: 0,
    count: weight.shape[0] as number,
    k,
    n,
    outputs,
  });
  return { pointer: packed, scales: 0, dtype: "f32" };
}
