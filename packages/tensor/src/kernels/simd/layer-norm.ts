/** Layer normalization along the last axis: assembly/layer-norm.ts. */
import type { Tensor } from "../../tensor.ts";
import { type KernelContext, perUnit } from "./context.ts";

export function layerNorm(
  { pool, operands }: KernelContext,
  out: Tensor,
  x: Tensor,
  weight: Tensor,
  bias: Tensor,
  epsilon: number,
): void {
  if (x.size === 0) return;
  const n = x.shape.at(-1) as number;
  const job = pool.jobs.layerNorm
    .out(operands.write(out))
    .x(operands.read(x))
    .weight(operands.read(weight))
    .bias(operands.read(bias))
    .n(n)
    .epsilon(epsilon);
  job.run(x.size / n, perUnit(pool, x.size / n, x.size));
  operands.done();
}
