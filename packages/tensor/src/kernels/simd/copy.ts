/** Copies: columns, and heads into a cache: assembly/copy.ts. */
import type { Tensor } from "../../tensor.ts";
import { storeHeads as referenceStoreHeads } from "../reference/copy.ts";
import { type KernelContext, perUnit } from "./context.ts";

export function columns({ pool, operands }: KernelContext, out: Tensor, x: Tensor, start: number): void {
  if (out.size === 0) return;
  const [m, n] = out.shape as [number, number];
  const width = x.shape[1] as number;
  const job = pool.jobs.columns.out(operands.write(out)).x(operands.read(x)).n(n).width(width).start(start);
  job.run(m, perUnit(pool, m, out.size));
  operands.done();
}

export function storeHeads(
  { memory, pool, operands }: KernelContext,
  cache: Tensor,
  x: Tensor,
  position: number,
): void {
  if (!memory.holds(cache.data)) {
    referenceStoreHeads(cache, x, position); // otherwise a whole cache would be copied in and out to write a few rows
    return;
  }
  if (x.size === 0) return;
  const [heads, capacity, d] = cache.shape as [number, number, number];
  const t = x.shape[0] as number;
  const job = pool.jobs.storeHeads
    .cache(operands.write(cache))
    .x(operands.read(x))
    .heads(heads)
    .capacity(capacity)
    .d(d)
    .position(position);
  job.run(t, perUnit(pool, t, x.size));
  operands.done();
}
