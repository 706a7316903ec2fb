/** Attention over the cache: assembly/attention.ts. */
import type { Tensor } from "../../tensor.ts";
import type { AttentionOptions } from "../kernels.ts";
import { FROM_PATTERN, FROM_QUERIES, FROM_SCORES, QUERIES_PER_TILE } from "./constants.ts";
import { type KernelContext, perUnit } from "./context.ts";

const FROM: Readonly<Record<NonNullable<AttentionOptions["from"]>, number>> = {
  queries: FROM_QUERIES,
  scores: FROM_SCORES,
  pattern: FROM_PATTERN,
};
const UNITS_PER_THREAD = 32; // more than elsewhere: the last tiles of a head have many times the work of its first

export function attention(
  { pool, operands, scratch }: KernelContext,
  out: Tensor,
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  options: AttentionOptions,
): void {
  if (out.size === 0) return;
  const { past, scale, scores, pattern, from = "queries" } = options;
  const [heads, capacity, d] = keys.shape as [number, number, number];
  const t = q.shape[0] as number;
  const job = pool.jobs.attention
    .out(operands.write(out))
    .q(operands.read(q))
    .keys(operands.read(keys))
    .values(operands.read(values))
    .scores(from === "scores" ? operands.read(scores) : operands.write(scores))
    .pattern(from === "pattern" ? operands.read(pattern) : operands.write(pattern))
    .scratch(scratch(pool.threads * pool.exports.attentionScratchBytes(past + t)))
    .t(t)
    .heads(heads)
    .d(d)
    .capacity(capacity)
    .past(past)
    .scale(scale)
    .from(FROM[from]);
  const tiles = heads * Math.ceil(t / QUERIES_PER_TILE);
  job.run(tiles, perUnit(pool, tiles, t * (past + t) * heads * d, UNITS_PER_THREAD));
  operands.done();
}
