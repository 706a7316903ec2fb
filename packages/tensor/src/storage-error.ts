import type { WeightDtype } from "./weight.ts";

/** f32 and bf16 represent every float32, rounded. */
export type LimitedDtype = Exclude<WeightDtype, "f32" | "bf16">;

const CANNOT_HOLD: Readonly<Record<LimitedDtype, string>> = {
  f16: "f16 represents numbers up to 65504 in magnitude; use f32 or bf16",
  int8: "int8 represents finite numbers, in a file -63 to 63; use f32 or bf16",
};

/** A weight with a value that the requested dtype cannot represent. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(dtype: LimitedDtype) {
    super(`has a value that ${dtype} cannot represent; ${CANNOT_HOLD[dtype]}`);
  }
}
