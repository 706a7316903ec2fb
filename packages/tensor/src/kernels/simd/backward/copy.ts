/** Copies on all threads: assembly/backward/copy-elements.ts. */
import type { Tensor } from "../../../tensor.ts";
import { perUnit } from "../context.ts";
import type { BackwardContext } from "./context.ts";

export function copy({ pool, jobs, operands }: BackwardContext, out: Tensor, x: Tensor): void {
  if (out.size === 0) return;
  jobs.copyElements
    .out(operands.write(out))
    .x(operands.read(x))
    .run(out.size, perUnit(pool, out.size, out.size));
  operands.done();
}
