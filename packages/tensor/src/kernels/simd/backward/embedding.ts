/** The gradient of a table: assembly/backward/embedding-gradient.ts. */
import type { Tensor } from "../../../tensor.ts";
import { type BackwardContext, columnsPerUnit } from "./context.ts";

export function embedding(
  { pool, jobs, operands, integers }: BackwardContext,
  dTable: Tensor,
  dy: Tensor,
  ids: ArrayLike<number>,
): void {
  if (ids.length === 0) return;
  const c = dTable.shape[1];
  const rows = integers(ids.length);
  for (let i = 0; i < ids.length; i++) rows[i] = ids[i];
  const job = jobs.embeddingGradient.dTable(operands.write(dTable)).dy(operands.read(dy)).ids(rows.byteOffset);
  job
    .count(ids.length)
    .c(c)
    .run(c, columnsPerUnit(pool, c, dy.size));
  operands.done();
}
