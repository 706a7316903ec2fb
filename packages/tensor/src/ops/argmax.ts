/** The position of the largest value: greedy choice. */
import { argmax as indexOfLargest } from "@tsgpt/numeric";
import { ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { checkRank } from "./check.ts";

/** Index of the largest value, the first of equals; of the first NaN if there is one, as in NumPy. [n] -> index */
export function argmax(x: Tensor): number {
  checkRank("argmax", "x", x, "[n]");
  if (x.size === 0) throw new ShapeError("argmax: x is empty, there is nothing to choose from");
  return indexOfLargest(x.data);
}
