/** The numbers that jobs name dtypes by: assembly/dtypes.ts has the same. */
import type { StoredDtype, WeightDtype } from "../../weight.ts";

export const STORED: Readonly<Record<StoredDtype, number>> = { F32: 0, F16: 1, BF16: 2, I8: 3 };
export const KEPT: Readonly<Record<WeightDtype, number>> = { f32: 0, f16: 1, bf16: 2, int8: 3 };
