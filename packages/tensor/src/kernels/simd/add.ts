/** The residual sum: assembly/add.ts. */
import type { Tensor } from "../../tensor.ts";
import { type KernelContext, perUnit } from "./context.ts";

export function add({ pool, operands }: KernelContext, out: Tensor, a: Tensor, b: Tensor): void {
  if (out.size === 0) return;
  const job = pool.jobs.add.out(operands.write(out)).a(operands.read(a)).b(operands.read(b));
  job.run(out.size, perUnit(pool, out.size, out.size));
  operands.done();
}
