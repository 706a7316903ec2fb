/**
 * Weight: a matrix that a model multiplies by, in the layout that is fastest for its kernel set. Only the kernels know
 * the layout; other code sees shape and dtype, and can read float32 values with `row` and `toTensor`, which may copy. A
 * Tensor is a Weight too (float32, row-major), used by the reference kernels. The simd kernels pack matrices in panels
 * of float32, 16-bit floats or int8. `engine.loadWeight` creates a weight from a WeightSource, `engine.free` frees it;
 * it is never written to in between.
 */
import type { Shape, Tensor } from "./tensor.ts";

/** Storage formats of a checkpoint's float tensors, with safetensors' names. */
export type FloatDtype = "F32" | "F16" | "BF16";

/** The float formats, and integers q from -63 to 63 that stand for q times the scale of their output. */
export type StoredDtype = FloatDtype | "I8";

/**
 * The dtypes of a weight in memory. int8: 7-bit integers and one float32 scale per output; see
 * docs/decisions/0009-storage-dtypes.md.
 */
export const WEIGHT_DTYPES = ["f32", "f16", "bf16", "int8"] as const;
/** A dtype in which a matrix can be kept in memory. */
export type WeightDtype = (typeof WEIGHT_DTYPES)[number];

/** How a weight will be used, so that a kernel set can choose its layout. */
export type WeightRole =
  | "linear" // [in, out], the right operand of x W
  | "embedding" // [rows, C], looked up by row; tied, it is also the head
  | "head" // [V, C], the right operand of x W^T
  | "vector"; // a bias or a layer norm parameter: f32 always

/** The values of a weight as a file of its dtype stores them. */
export interface StoredNumbers {
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
  /** int8 only: one per output, which is a column of a "linear", a row of the others. */
  readonly scales: Float32Array | undefined;
}

/** A stored matrix or vector: a tensor, or packed in a smaller dtype. */
export interface Weight {
  readonly shape: Shape;
  readonly dtype: WeightDtype;
  readonly layout: string;
  /** Bytes in memory, scales included. */
  readonly bytes: number;
  /** Row `index` as float32: [rows, columns] -> [columns]. Read-only: it may be a view or a copy. */
  row(index: number): Tensor;
  /** All of it as a row-major float32 tensor. Read-only: it may be the weight itself or a copy. */
  toTensor(): Tensor;
  /** All of it as stored. Read-only: it may be a view or a copy. */
  toStored(): StoredNumbers;
}

/**
 * The bytes of a stored tensor, little-endian and row-major, already validated. They are read in pieces, some of them
 * twice.
 */
export interface WeightSource {
  readonly shape: Shape;
  readonly dtype: StoredDtype;
  /** I8 only: finite, 0 or more, one per output. */
  readonly scales?: Float32Array | undefined;
  /** Fills `into` with the bytes that begin at `offset` within this tensor. */
  read(offset: number, into: Uint8Array): Promise<void>;
}
