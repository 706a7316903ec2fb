/** Attention over the cache, and what goes into it: assembly/attention.ts, assembly/copy.ts. */
import type { Tensor } from "../../tensor.ts";
import type { AttentionOptions } from "../kernels.ts";
import { referenceKernels } from "../reference/reference-kernels.ts";
import { JOB, type KernelContext, perUnit, setOutAndX } from "./context.ts";

const TILE = 4; // queries
/** Where assembly/attention.ts begins. */
const FROM: Readonly<Record<NonNullable<AttentionOptions["from"]>, number>> = { queries: 0, scores: 1, pattern: 2 };
const UNITS_A_THREAD = 32; // more than elsewhere: the last tiles of a head have many times the work of its first

export function attention(
  context: KernelContext,
  out: Tensor,
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
): void {
  if (out.size === 0) return;
  const { pool, operands, scratch } = context;
  const { past, scale, scores, pattern, from = "queries" } = options;
  const [heads, capacity, d] = keys.shape as [number, number, number];
  const t = q.shape[0] as number;
  setOutAndX(context, out, q);
  pool.int(4, operands.read(keys));
  pool.int(5, operands.read(values));
  pool.int(6, from === "scores" ? operands.read(scores) : operands.write(scores));
  pool.int(7, from === "pattern" ? operands.read(pattern) : operands.write(pattern));
  pool.int(8, scratch(4 * pool.threads * TILE * (past + t)));
  pool.int(9, t);
  pool.int(10, heads);
  pool.int(11, d);
  pool.int(12, capacity);
  pool.int(13, past);
  pool.float(14, scale);
  pool.int(15, FROM[from]);
  const tiles = heads * Math.ceil(t / TILE);
  pool.run(JOB.attention, tiles, perUnit(pool, tiles, t * (past + t) * heads * d, UNITS_A_THREAD));
  operands.done();
}

export function storeHeads(context: KernelContext, cache: Tensor, x: Tensor, position: number): void {
  const { memory, pool, operands } = context;
  if (!memory.holds(cache.data)) {
    referenceKernels.storeHeads(cache, x, position); // to write a few rows, a whole cache would be copied in and out
    return;
  }
  if (x.size === 0) return;
  const [heads, capacity, d] = cache.shape as [number, number, number];
  const t = x.shape[0] as number;
  setOutAndX(context, cache, x);
  pool.int(4, heads);
  pool.int(5, capacity);
  pool.int(6, d);
  pool.int(7, position);
  pool.run(JOB.storeHeads, t, perUnit(pool, t, x.size));
  operands.done();
}
