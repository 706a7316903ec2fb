/** Gradients of attention: assembly/backward/attention-gradient.ts. */
import type { Tensor } from "../../../tensor.ts";
import type { AttentionOperands } from "../../backward.ts";
import type { BackwardContext } from "./context.ts";

const SEQUENCE_NUMBERS = 2; // first row and T

export function attention(
  { pool, jobs, exports, operands, integers, scratch }: BackwardContext,
  dQkv: Tensor,
  dz: Tensor,
  { q, k, v, z, rows, heads, scale }: AttentionOperands,
): void {
  if (dz.size === 0) return;
  const d = dz.shape[1] / heads;
  const longest = Math.max(...rows);
  const sequences = integers(SEQUENCE_NUMBERS * rows.length);
  let first = 0;
  rows.forEach((count, i) => {
    sequences[SEQUENCE_NUMBERS * i] = first;
    sequences[SEQUENCE_NUMBERS * i + 1] = count;
    first += count;
  });
  jobs.attentionGradient
    .dQkv(operands.write(dQkv))
    .dz(operands.read(dz))
    .q(operands.read(q))
    .k(operands.read(k))
    .v(operands.read(v))
    .z(operands.read(z))
    .sequences(sequences.byteOffset)
    .scratch(scratch(pool.threads * exports.attentionGradientScratchBytes(longest, d)))
    .longest(longest)
    .heads(heads)
    .d(d)
    .scale(scale)
    .run(rows.length * heads, 1);
  operands.done();
}
