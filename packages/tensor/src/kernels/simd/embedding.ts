/** Looking rows up in a packed table: assembly/embedding.ts. */
import type { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";
import { embedding as referenceEmbedding } from "../reference/embedding.ts";
import type { KernelContext } from "./context.ts";
import { KEPT } from "./dtypes.ts";
import { isPacked } from "./packed-weight.ts";

export function embedding(context: KernelContext, out: Tensor, table: Weight, ids: ArrayLike<number>): void {
  const { pool, operands } = context;
  if (!isPacked(table)) {
    referenceEmbedding(out, table, ids);
    return;
  }
  pool.check();
  const lookedUp = context.integers(ids.length);
  for (let i = 0; i < ids.length; i++) lookedUp[i] = ids[i] as number;
  pool.exports.embedding(
    operands.write(out),
    table.pointer,
    lookedUp.byteOffset,
    ids.length,
    table.k,
    KEPT[table.dtype],
    table.scales,
  );
  operands.done();
}
