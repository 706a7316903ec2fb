/** Rows: what the kernels along the last axis loop over. */
import type { Tensor } from "../../tensor.ts";

/** Calls `visit` with the range of `x.data` that each row takes. */
export function forEachRow(x: Tensor, visit: (start: number, end: number) => void): void {
  const n = x.shape.at(-1) as number;
  for (let start = 0; start < x.data.length; start += n) visit(start, start + n);
}
