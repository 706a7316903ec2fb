/**
 * Weight: a matrix that a model is multiplied with, stored however its kernel set multiplies fastest. Only its kernels
 * know the layout; everyone else sees its shape and dtype, and can read it back as float32 with `row` and `toTensor`,
 * which may copy. A Tensor is a Weight too (float32, row-major): what the reference kernels use. The simd kernels pack
 * matrices in panels, in float32, half the bits or int8. A weight is made by `engine.loadWeight` from a WeightSource
 * and given back by `engine.free`; nothing writes to it in between.
 */
import type { Shape, Tensor } from "./tensor.ts";

/** Storage formats of a checkpoint's float tensors, by safetensors' names. */
export type FloatDtype = "F32" | "F16" | "BF16";

/** Those, and numbers q of -63 to 63 that mean q times the scale of their output. */
export type StoredDtype = FloatDtype | "I8";

/**
 * The dtypes of a weight in memory. int8: 7-bit numbers and a float32 scale for each output; see
 * docs/decisions/0009-storage-dtypes.md.
 */
export const WEIGHT_DTYPES = ["f32", "f16", "bf16", "int8"] as const;
export type WeightDtype = (typeof WEIGHT_DTYPES)[number];

/** How a weight will be used, so that a kernel set can choose its layout. */
export type WeightRole =
  | "linear" // [in, out], the right operand of x W
  | "embedding" // [rows, C], looked up by row; tied, it is also the head
  | "head" // [V, C], the right operand of x W^T
  | "vector"; // a bias or a layer norm parameter: f32 always

/** The numbers of a weight as a file of its dtype would hold them. */
export interface StoredNumbers {
  /** Row-major, little-endian. */
  readonly bytes: Uint8Array;
  /** Of int8: one for each output, a column of a "linear", a row of the others. */
  readonly scales: Float32Array | undefined;
}

export interface Weight {
  readonly shape: Shape;
  readonly dtype: WeightDtype;
  readonly layout: string;
  /** Bytes in memory, scales included. */
  readonly bytes: number;
  /** Row `index` as float32: [rows, columns] -> [columns]. Reading only: it may be a view or a copy. */
  row(index: number): Tensor;
  /** The whole as a row-major float32 tensor. Reading only: it may be the weight itself or a copy. */
  toTensor(): Tensor;
  /** The whole as it is stored. Reading only: it may be a view or a copy. */
  toStored(): StoredNumbers;
}

/**
 * The bytes of a stored tensor, little-endian and row-major, read piece by piece, some of them twice; already
 * validated.
 */
export interface WeightSource {
  readonly shape: Shape;
  readonly dtype: StoredDtype;
  /** Of I8 alone: finite, 0 or more, one for each output. */
  readonly scales?: Float32Array | undefined;
  /** Fills `into` with the bytes that begin at `offset` within this tensor. */
  read(offset: number, into: Uint8Array): Promise<void>;
}
