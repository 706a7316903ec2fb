/** Products with a weight in panels: assembly/linear.ts, int8.ts. */
import { unsupportedDtype } from "../../errors.ts";
import { type Outputs, productOf } from "../../storage.ts";
import type { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";
import { referenceKernels } from "../reference/reference-kernels.ts";
import { LINEAR_SCRATCH_BYTES } from "./constants.ts";
import { type KernelContext, perUnit } from "./context.ts";
import { KEPT } from "./dtypes.ts";
import type { ReadyJob } from "./jobs.ts";
import { packRows } from "./pack-rows.ts";
import { isPacked, lanesOf, type PackedWeight, packedBytes } from "./packed-weight.ts";

/**
 * For few rows: this fraction of a thread's share is one unit, the rest are units of a fortieth, taken by whichever
 * thread is free.
 */
const FIRST_OF_STEP = 0.95;
const PIECES_OF_STEP = 40;
const FEW_ROWS = 40;
const UNITS_PER_THREAD = 16; // of a product of more rows
const ROWS_PER_JOB = 504; // six blocks of rows: x stays in the L2 cache while all panels use it

export function linear(context: KernelContext, out: Tensor, x: Tensor, weight: Weight, bias: Tensor | undefined): void {
  if (out.size === 0 || x.size === 0 || isForeignInt8(weight)) referenceKernels.linear(out, x, weight, bias);
  else product(context, out, x, panelsOf(context, weight, "columns"), bias);
}

export function matmulTransposed(context: KernelContext, out: Tensor, a: Tensor, b: Weight): void {
  if (out.size === 0 || a.size === 0 || isForeignInt8(b)) referenceKernels.matmulTransposed(out, a, b);
  else product(context, out, a, panelsOf(context, b, "rows"), undefined);
}

/** The parts of a weight that a product needs. */
type Panels = Pick<PackedWeight, "pointer" | "scales" | "dtype">;

/** out [m, n] = x [m, k] W + bias */
function product(context: KernelContext, out: Tensor, x: Tensor, weight: Panels, bias: Tensor | undefined): void {
  const m = x.shape[0] as number;
  if (m <= ROWS_PER_JOB) productOfRows(context, out, x, weight, bias);
  else {
    for (let first = 0; first < m; first += ROWS_PER_JOB) {
      const last = Math.min(first + ROWS_PER_JOB, m);
      productOfRows(context, out.slice(first, last), x.slice(first, last), weight, bias);
    }
  }
  context.operands.done();
}

function productOfRows(context: KernelContext, out: Tensor, x: Tensor, weight: Panels, bias: Tensor | undefined): void {
  const { pool } = context;
  const m = x.shape[0] as number;
  const n = out.shape[1] as number;
  const job = jobFor(context, out, x, weight, bias);
  const panels = Math.ceil(n / lanesOf(weight.dtype));
  if (m >= FEW_ROWS) job.run(panels, perUnit(pool, panels, Number.POSITIVE_INFINITY, UNITS_PER_THREAD));
  else {
    const share = panels / pool.threads;
    job.run(panels, Math.ceil(share / PIECES_OF_STEP), Math.max(1, Math.floor(FIRST_OF_STEP * share)));
  }
}

function jobFor(context: KernelContext, out: Tensor, x: Tensor, weight: Panels, bias: Tensor | undefined): ReadyJob {
  switch (weight.dtype) {
    case "f32":
    case "f16":
    case "bf16":
      return floatJob(context, out, x, weight, bias);
    case "int8":
      return int8Job(context, out, x, weight, bias);
    default:
      return unsupportedDtype("linear", weight.dtype);
  }
}

function floatJob(
  { pool, operands, scratch }: KernelContext,
  out: Tensor,
  x: Tensor,
  { pointer, dtype }: Panels,
  bias: Tensor | undefined,
): ReadyJob {
  return pool.jobs.linear
    .out(operands.write(out))
    .x(operands.read(x))
    .weight(pointer)
    .bias(operands.read(bias))
    .m(x.shape[0] as number)
    .k(x.shape[1] as number)
    .n(out.shape[1] as number)
    .dtype(KEPT[dtype])
    .scratch(scratch(pool.threads * LINEAR_SCRATCH_BYTES));
}

function int8Job(
  context: KernelContext,
  out: Tensor,
  x: Tensor,
  { pointer, scales }: Panels,
  bias: Tensor | undefined,
): ReadyJob {
  const { pool, operands } = context;
  const rows = quantizedRows(context, x); // a job of its own, so before this one's arguments are set
  return pool.jobs.linearInt8
    .out(operands.write(out))
    .x(rows)
    .weight(pointer)
    .scales(scales)
    .bias(operands.read(bias))
    .m(x.shape[0] as number)
    .k(x.shape[1] as number)
    .n(out.shape[1] as number)
    .dots(pool.dots);
}

/** Address of the quantized rows of x, valid until the next product. */
function quantizedRows({ pool, operands, scratch }: KernelContext, x: Tensor): number {
  const [m, k] = x.shape as [number, number];
  const rows = scratch(m * pool.exports.rowStride(k));
  const job = pool.jobs.quantizeRows.rows(rows).x(operands.read(x)).k(k);
  job.run(m, perUnit(pool, m, x.size));
  return rows;
}

/**
 * An int8 weight of another kernel set. Widened to float32 it would give different numbers, so its own kernels compute
 * the product.
 */
function isForeignInt8(weight: Weight): boolean {
  return weight.dtype === "int8" && !isPacked(weight);
}

/** Panels of a weight; a plain matrix is packed for this call only. */
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
