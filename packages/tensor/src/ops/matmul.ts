/** Matrix products: a b, and a b^T, the form in which a tied head reads the embedding table. */
import type { Backend } from "../backend.ts";
import { formatShape, ShapeError } from "../errors.ts";
import type { Tensor } from "../tensor.ts";
import type { Weight } from "../weight.ts";
import { checkRank } from "./check.ts";

/** The matrix product a b. [m, k] x [k, n] -> [m, n] @throws ShapeError if the inner dimensions differ. */
export function matmul(a: Tensor, b: Tensor, backend: Backend): Tensor {
  checkRank("matmul", "a", a, "[m, k]");
  checkRank("matmul", "b", b, "[k, n]");
  const [m, k] = a.shape as [number, number];
  const [rows, n] = b.shape as [number, number];
  if (rows !== k) {
    const got = `[k, n] = [${k}, *] for a ${formatShape(a.shape)}, got ${formatShape(b.shape)}`;
    throw new ShapeError(`matmul: b must be ${got}; for a times b transposed use matmulTransposed`);
  }
  const out = backend.allocateMatrix(m, n);
  backend.kernels.matmul(out, a, b);
  return out;
}

/** The product a b^T. [m, k] x [n, k] -> [m, n] @throws ShapeError if the rows' lengths differ. */
export function matmulTransposed(a: Tensor, b: Weight, backend: Backend): Tensor {
  checkRank("matmulTransposed", "a", a, "[m, k]");
  checkRank("matmulTransposed", "b", b, "[n, k]");
  const [m, k] = a.shape as [number, number];
  const [n, columns] = b.shape as [number, number];
  if (columns !== k) {
    throw new ShapeError(
      `matmulTransposed: b must be [n, k] = [*, ${k}] for a ${formatShape(a.shape)}, got ${formatShape(b.shape)}`,
    );
  }
  const out = backend.allocateMatrix(m, n);
  backend.kernels.matmulTransposed(out, a, b);
  return out;
}
