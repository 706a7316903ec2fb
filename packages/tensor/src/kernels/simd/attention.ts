/** Attention over the cache: assembly/attention.ts. */
import type { Tensor } from "../../tensor.ts";
import type { AttentionOptions, AttentionSequence } from "../kernels.ts";
import { FROM_PATTERN, FROM_QUERIES, FROM_SCORES, QUERIES_PER_TILE, SEQUENCE_NUMBERS } from "./constants.ts";
import { type KernelContext, perUnit } from "./context.ts";

const FROM: Readonly<Record<NonNullable<AttentionOptions["from"]>, number>> = {
  queries: FROM_QUERIES,
  scores: FROM_SCORES,
  pattern: FROM_PATTERN,
};
const UNITS_PER_THREAD = 32; // more than elsewhere: the last tiles of a head have many times the work of its first

export function attention(
  context: KernelContext,
  out: Tensor,
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  { past, ...options }: AttentionOptions,
): void {
  run(context, out, q, [{ rows: q.shape[0] as number, keys, values, past }], options);
}

export function attentionOfEach(
  context: KernelContext,
  out: Tensor,
  q: Tensor,
  sequences: readonly AttentionSequence[],
  scale: number,
): void {
  run(context, out, q, sequences, { scale });
}

/** One job for all sequences; scores and pattern are those of a single one. */
function run(
  context: KernelContext,
  out: Tensor,
  q: Tensor,
  sequences: readonly AttentionSequence[],
  { scale, scores, pattern, from = "queries" }: Omit<AttentionOptions, "past">,
): void {
  if (out.size === 0) return;
  const { pool, operands, scratch } = context;
  const [heads, , d] = (sequences[0] as AttentionSequence).keys.shape as [number, number, number];
  const { pointer, tiles, longest, work } = tableOf(context, sequences);
  pool.jobs.attention
    .out(operands.write(out))
    .q(operands.read(q))
    .sequences(pointer)
    .scores(from === "scores" ? operands.read(scores) : operands.write(scores))
    .pattern(from === "pattern" ? operands.read(pattern) : operands.write(pattern))
    .scratch(scratch(pool.threads * pool.exports.attentionScratchBytes(longest)))
    .longest(longest)
    .heads(heads)
    .d(d)
    .scale(scale)
    .from(FROM[from])
    .run(tiles, perUnit(pool, tiles, work * heads * d, UNITS_PER_THREAD));
  operands.done();
}

/** The table of the sequences, valid until the next, with the number of tiles, the most keys, and rows times keys. */
function tableOf({ operands, integers }: KernelContext, sequences: readonly AttentionSequence[]) {
  const table = integers(SEQUENCE_NUMBERS * sequences.length);
  let at = 0;
  let [tiles, row, longest, work] = [0, 0, 0, 0];
  for (const { rows, keys, values, past } of sequences) {
    const [heads, capacity] = keys.shape as [number, number];
    tiles += heads * Math.ceil(rows / QUERIES_PER_TILE);
    table[at++] = tiles;
    table[at++] = row;
    table[at++] = rows;
    table[at++] = past;
    table[at++] = capacity;
    table[at++] = operands.read(keys);
    table[at++] = operands.read(values);
    row += rows;
    longest = Math.max(longest, past + rows);
    work += rows * (past + rows);
  }
  return { pointer: table.byteOffset, tiles, longest, work };
}
