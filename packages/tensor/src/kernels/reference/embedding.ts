/** Looking rows up in a table. */
import type { Tensor } from "../../tensor.ts";
import type { Weight } from "../../weight.ts";

/** out[i] = table[ids[i]]. [V, C] -> [T, C] */
export function embedding(out: Tensor, table: Weight, ids: ArrayLike<number>): void {
  const width = table.shape[1] as number;
  for (let i = 0; i < ids.length; i++) out.data.set(table.row(ids[i]).data, i * width);
}
