/** Summarizes a checkpoint from its headers alone. */
import { type StoredDtype, sizeOf } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { findTensors } from "./find-tensors.ts";
import { listExpected } from "./names.ts";

/** F64 is narrowed when it is read. */
export type ReadableDtype = StoredDtype | "F64";

/** How many parameters a checkpoint has, in which dtypes, and their bytes. */
export interface CheckpointSummary {
  /** Numbers that the model reads; masks and a tied head are not counted. */
  readonly parameters: number;
  /** Their count by stored dtype. */
  readonly dtypes: Readonly<Partial<Record<ReadableDtype, number>>>;
  /** Bytes of the tensors that the model reads. */
  readonly bytes: number;
}

/** Counts a checkpoint's parameters. @throws CheckpointError if it does not fit the config; see loadParameters */
export function summarize(checkpoint: Checkpoint, config: GPT2Config): CheckpointSummary {
  const dtypes: Partial<Record<ReadableDtype, number>> = {};
  let bytes = 0;
  const { found } = findTensors(checkpoint, config, listExpected(config), "auto");
  for (const { tensor, scales } of found.values()) {
    const stored = tensor.dtype as ReadableDtype; // findTensors accepts only these
    dtypes[stored] = (dtypes[stored] ?? 0) + sizeOf(tensor.shape);
    bytes += tensor.end - tensor.begin + (scales ? scales.end - scales.begin : 0);
  }
  return { parameters: Object.values(dtypes).reduce((sum, count) => sum + count, 0), dtypes, bytes };
}
