/** The gradient of looking rows up in a table: a row that was looked up several times receives the sum. */
import type { Tensor } from "../../../tensor.ts";

/** dTable[ids[i]] += dy[i], in the order of the rows. dy [T, C] -> [V, C] */
export function embedding(dTable: Tensor, dy: Tensor, ids: ArrayLike<number>): void {
  const c = dTable.shape[1];
  for (let i = 0; i < ids.length; i++) {
    for (let j = 0; j < c; j++) dTable.data[ids[i] * c + j] += dy.data[i * c + j];
  }
}
