/** The memory that a model needs for each storage dtype, computed from its config. */
import { referenceEngine, type WeightDtype } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { type MemoryNeed, memoryNeed } from "./memory.ts";

/** The memory that a model needs in each dtype. */
export type MemoryByDtype = Readonly<Record<WeightDtype, MemoryNeed>>;

/** Bytes at the full context, without the padding of a kernel set. The cache is float32 for every dtype. */
export function memoryByDtype(config: GPT2Config): MemoryByDtype {
  const need = (dtype: WeightDtype) => memoryNeed(config, referenceEngine, dtype);
  return { f32: need("f32"), f16: need("f16"), bf16: need("bf16"), int8: need("int8") };
}
