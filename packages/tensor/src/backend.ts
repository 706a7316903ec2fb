/**
 * Backend: what an operation runs on, its kernels and where its result is allocated. An engine is one, an arena
 * another.
 */
import type { Kernels } from "./kernels/kernels.ts";
import { type Shape, Tensor } from "./tensor.ts";

export interface Backend {
  readonly kernels: Kernels;
  /** Memory for a result. An engine gives the caller zeros that `free` takes back; an arena gives scratch. */
  allocate(shape: Shape): Tensor;
  /** `allocate([rows, columns])` without the array: an arena makes none of the hundreds that a decode step would. */
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
