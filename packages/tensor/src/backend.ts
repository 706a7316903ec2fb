/** What an operation runs on: the arithmetic, and where its result is allocated. An engine is one, an arena another. */
import type { Kernels } from "./kernels/kernels.ts";
import type { Shape, Tensor } from "./tensor.ts";

export interface Backend {
  readonly kernels: Kernels;
  /** Memory for a result. An engine gives the caller zeros of its own; an arena gives scratch. */
  allocate(shape: Shape): Tensor;
  /** `allocate([rows, columns])` without the array: of some hundred a decode step, an arena makes none. */
  allocateMatrix(rows: number, columns: number): Tensor;
}
