/** Element-wise sums and multiples: the residual stream's arithmetic. */
import type { Backend } from "../backend.ts";
import type { Tensor } from "../tensor.ts";
import { checkShape } from "./check.ts";

/** a + b, element by element, equal shapes only. @throws ShapeError */
export function add(a: Tensor, b: Tensor, backend: Backend): Tensor {
  checkShape("add", "b", b, a.shape);
  const out = backend.allocate(a.shape);
  backend.kernels.add(out, a, b);
  return out;
}

/** a += b, in the memory of `a`, which is returned. @throws ShapeError */
export function addInto(a: Tensor, b: Tensor, backend: Backend): Tensor {
  checkShape("addInto", "b", b, a.shape);
  backend.kernels.add(a, a, b);
  return a;
}

/** factor * a, element by element. */
export function scale(a: Tensor, factor: number, backend: Backend): Tensor {
  const out = backend.allocate(a.shape);
  backend.kernels.scale(out, a, factor);
  return out;
}
