/** What works row by row or element by element: assembly/softmax.ts, layer-norm.ts, gelu.ts, add.ts, copy.ts. */
import type { Tensor } from "../../tensor.ts";
import type { GeluForm } from "../kernels.ts";
import { JOB, type KernelContext, perUnit, setOutAndX } from "./context.ts";

export function add(context: KernelContext, out: Tensor, a: Tensor, b: Tensor): void {
  if (out.size === 0) return;
  setOutAndX(context, out, a);
  context.pool.int(4, context.operands.read(b));
  overRows(context, JOB.add, out.size, out.size);
}

export function softmax(context: KernelContext, out: Tensor, x: Tensor): void {
  if (x.size === 0) return;
  const n = x.shape.at(-1) as number;
  setOutAndX(context, out, x);
  context.pool.int(4, n);
  overRows(context, JOB.softmax, x.size / n, x.size);
}

export function layerNorm(
  context: KernelContext,
  out: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
): void {
  if (x.size === 0) return;
  const { pool, operands } = context;
  const n = x.shape.at(-1) as number;
  setOutAndX(context, out, x);
  pool.int(4, operands.read(weight));
  pool.int(5, operands.read(bias));
  pool.int(6, n);
  pool.float(7, epsilon);
  overRows(context, JOB.layerNorm, x.size / n, x.size);
}

/** The functions of assembly/gelu.ts by number. */
const ACTIVATIONS: Readonly<Record<GeluForm | "silu", number>> = { tanh: 0, erf: 1, sigmoid: 2, silu: 3 };

export function gelu(context: KernelContext, out: Tensor, x: Tensor, form: GeluForm): void {
  activation(context, out, x, ACTIVATIONS[form]);
}

export function silu(context: KernelContext, out: Tensor, x: Tensor): void {
  activation(context, out, x, ACTIVATIONS.silu);
}

function activation(context: KernelContext, out: Tensor, x: Tensor, number: number): void {
  if (x.size === 0) return;
  setOutAndX(context, out, x);
  context.pool.int(4, number);
  overRows(context, JOB.gelu, x.size, x.size);
}

export function columns(context: KernelContext, out: Tensor, x: Tensor, start: number): void {
  if (out.size === 0) return;
  const { pool } = context;
  const [m, n] = out.shape as [number, number];
  setOutAndX(context, out, x);
  pool.int(4, n);
  pool.int(5, x.shape[1] as number);
  pool.int(6, start);
  overRows(context, JOB.columns, m, out.size);
}

function overRows({ pool, operands }: KernelContext, job: number, rows: number, elements: number): void {
  pool.run(job, rows, perUnit(pool, rows, elements));
  operands.done();
}
