/** Looking rows up in a table. */
import type { Backend } from "../backend.ts";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";
import { checkRank } from "./check.ts";

/** Row ids[i] of the table as row i. [V, C], T ids -> [T, C] @throws ShapeError for an id outside 0 .. V - 1. */
export function embedding(table: Weight, ids: ArrayLike<number>, backend: Backend): Tensor {
  checkRank("embedding", "table", table, "[V, C]");
  const [v, c] = table.shape as [number, number];
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    if (!Number.isInteger(id) || id < 0 || id >= v) {
      throw new ShapeError(`embedding: id ${id} at position ${i} is not in the table; ids go from 0 to ${v - 1}`);
    }
  }
  const out = backend.allocateMatrix(ids.length, c);
  backend.kernels.embedding(out, table, ids);
  return out;
}
