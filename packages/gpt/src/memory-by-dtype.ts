/** What a model would take in memory by the dtype that its weights are kept in, known from its config alone. */
import { type Shape, sizeOf, type WeightRole } from "@tsgpt/tensor";
import type { GPT2Config } from "./config.ts";
import { type MemoryNeed, memoryNeed } from "./memory.ts";

/** The dtypes that weights can be kept in. */
export type StorageDtype = "f32" | "f16" | "bf16" | "int8";

export type MemoryByDtype = Readonly<Record<StorageDtype, MemoryNeed>>;

const MATRIX_BYTES: Readonly<Record<StorageDtype, number>> = { f32: 4, f16: 2, bf16: 2, int8: 1 };

/** Biases and layer norms stay float32. Of int8, each output channel has a float32 scale: a column of a linear, a row of a table. */
function weightBytes(dtype: StorageDtype, shape: Shape, role: WeightRole): number {
  if (role === "vector") return 4 * sizeOf(shape);
  const outputs = role === "linear" ? shape.at(-1) : shape[0];
  return MATRIX_BYTES[dtype] * sizeOf(shape) + (dtype === "int8" ? 4 * (outputs ?? 0) : 0);
}

/** Bytes at the model's full context. The cache and the arena are float32 for each dtype. */
export function memoryByDtype(config: GPT2Config): MemoryByDtype {
  const need = (dtype: StorageDtype) =>
    memoryNeed(config, { weightBytes: (shape, role) => weightBytes(dtype, shape, role) });
  return { f32: need("f32"), f16: need("f16"), bf16: need("bf16"), int8: need("int8") };
}
