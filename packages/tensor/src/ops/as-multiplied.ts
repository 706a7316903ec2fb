/** What a product reads of its left operand: a product with an int8 weight rounds each row first. */
import { HAS_SCALES } from "../dtype.ts";
import { quantizedRows } from "../kernels/reference/int8.ts";
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";
import { checkRank } from "./check.ts";

/**
 * x as a product with `weight` reads it: x itself, or for an int8 weight its rows rounded to 127 steps and widened
 * again. The product is linear in the result. [m, k] -> [m, k] @throws ShapeError unless x has rank 2
 */
export function asMultiplied(x: Tensor, { dtype }: Pick<Weight, "dtype">): Tensor {
  checkRank("asMultiplied", "x", x, "[m, k]");
  return HAS_SCALES[dtype] ? quantizedRows(x) : x;
}
