/** A range of columns as a tensor of its own: splits q, k and v from the fused projection. */
import type { Backend } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { checkRank } from "./check.ts";

/** Columns `start` (inclusive) to `end` (exclusive), copied. [m, n] -> [m, end - start] @throws ShapeError */
export function columns(x: Tensor, start: number, end: number, backend: Backend): Tensor {
  checkRank("columns", "x", x, "[m, n]");
  const [m, n] = x.shape as [number, number];
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > n) {
    throw new ShapeError(
      `columns: need 0 <= start <= end <= ${n}, got ${start} and ${end} for shape ${formatShape(x.shape)}`,
    );
  }
  const out = backend.allocateMatrix(m, end - start);
  backend.kernels.columns(out, x, start);
  return out;
}
