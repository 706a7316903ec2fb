/**
 * Weight: a parameter matrix whose storage belongs to the kernel set. The reference set's weight is a plain row-major
 * Tensor; another set may pack it in panels or store it in fewer bits. `row` and `toTensor` read it back as float32.
 */
import type { Shape, Tensor } from "./tensor.ts";

/** Storage formats of a checkpoint's tensors, by safetensors' names. */
export type StoredDtype = "F32" | "F16" | "BF16";

/** How a weight will be used, so that a kernel set can choose its layout. */
export type WeightRole =
  | "linear" // [in, out], the right operand of x W + b
  | "embedding" // [rows, C], looked up by row; tied, it is also the head
  | "head" // [V, C], the right operand of x W^T
  | "vector"; // a bias or a layer norm parameter

export interface Weight {
  readonly shape: Shape;
  readonly dtype: string;
  readonly layout: string;
  /** Bytes in memory. */
  readonly bytes: number;
  /** Row `index` as float32: [rows, columns] -> [columns]. Reading only: it may be a view or a copy. */
  row(index: number): Tensor;
  /** The whole as a row-major float32 tensor. Reading only: it may be the weight itself or a copy. */
  toTensor(): Tensor;
}

/** The bytes of a stored tensor, little-endian and row-major, read piece by piece; already validated. */
export interface WeightSource {
  readonly shape: Shape;
  readonly dtype: StoredDtype;
  /** Fills `into` with the bytes that begin at `offset` within this tensor. */
  read(offset: number, into: Uint8Array): Promise<void>;
}
