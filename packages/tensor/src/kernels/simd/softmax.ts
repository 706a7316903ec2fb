/** Softmax along the last axis: assembly/softmax.ts. */
import type { Tensor } from "../../tensor.ts";
import { type KernelContext, perUnit } from "./context.ts";

export function softmax({ pool, operands }: KernelContext, out: Tensor, x: Tensor): void {
  if (x.size === 0) return;
  const n = x.shape.at(-1) as number;
  const job = pool.jobs.softmax.out(operands.write(out)).x(operands.read(x)).n(n);
  job.run(x.size / n, perUnit(pool, x.size / n, x.size));
  operands.done();
}
