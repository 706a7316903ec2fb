/** The numbers by which jobs name dtypes. */
import type { StoredDtype, WeightDtype } from "../../weight.ts";
import { BF16, F16, F32, I8 } from "./constants.ts";

export const STORED: Readonly<Record<StoredDtype, number>> = { F32, F16, BF16, I8 };
export const KEPT: Readonly<Record<WeightDtype, number>> = { f32: F32, f16: F16, bf16: BF16, int8: I8 };
