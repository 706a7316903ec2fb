/** Backend: what an operation runs on: kernels, and where its result is allocated. Engines and arenas are backends. */
import type { Kernels } from "./kernels/kernels.ts";
import { type Shape, Tensor } from "./tensor.ts";

/** What runs an operation: a set of kernels and the memory for results. */
export interface Backend {
  readonly kernels: Kernels;
  /** Memory for a result. An engine returns zeros that the caller can `free`; an arena returns scratch. */
  allocate(shape: Shape): Tensor;
  /** `allocate([rows, columns])` without creating an array: a decode step would create hundreds. */
  allocateMatrix(rows: number, columns: number): Tensor;
}

/** The same kernels with results on the JavaScript heap, which the garbage collector frees. */
export function onHeap({ kernels }: Backend): Backend {
  return {
    kernels,
    allocate: (shape) => Tensor.zeros(shape),
    allocateMatrix: (rows, columns) => Tensor.zeros([rows, columns]),
  };
}
