/** Copies between existing tensors. */
import type { Backend } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import { checkRank, checkShape } from "./check.ts";

/** Copies x into `out`, which is returned; equal shapes only. @throws ShapeError */
export function copyInto(out: Tensor, x: Tensor, backend: Backend): Tensor {
  checkShape("copyInto", "x", x, out.shape);
  backend.kernels.copy(out, x);
  return out;
}

/**
 * Copies rows `from` (inclusive) to `to` (exclusive) of every head of x into the same rows of `out`: part of one cache
 * into another, whose capacity may differ. x [H, capacity, D] -> out [H, another capacity, D] @throws ShapeError if
 * they do not fit; `out` is unchanged then
 */
export function copyHeads(out: Tensor, x: Tensor, from: number, to: number, backend: Backend): void {
  checkRank("copyHeads", "out", out, "[H, capacity, D]");
  checkRank("copyHeads", "x", x, "[H, capacity, D]");
  const [heads, capacity, d] = x.shape as [number, number, number];
  const [outHeads, outCapacity, outD] = out.shape as [number, number, number];
  if (outHeads !== heads || outD !== d) {
    const wanted = `[${heads}, *, ${d}]`;
    throw new ShapeError(`copyHeads: out must be [H, capacity, D] = ${wanted}, got ${formatShape(out.shape)}`);
  }
  const rows = Math.min(capacity, outCapacity);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from < 0 || to < from || to > rows) {
    throw new ShapeError(`copyHeads: need 0 <= from <= to <= ${rows}, the smaller capacity, got ${from} and ${to}`);
  }
  backend.kernels.copyHeads(out, x, from, to);
}
