/** What a checkpoint holds, told from its headers alone. */
import { type StoredDtype, sizeOf } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { findTensors } from "./find-tensors.ts";
import { expectedTensors, listExpected } from "./names.ts";

/** F64 is narrowed when it is read. */
type ReadableDtype = StoredDtype | "F64";

export interface CheckpointSummary {
  /** Numbers that the model reads; masks and a head that is tied are none. */
  readonly parameters: number;
  /** How many of them are stored in each dtype. */
  readonly dtypes: Readonly<Partial<Record<ReadableDtype, number>>>;
  /** Of the tensors that the model reads. */
  readonly bytes: number;
}

/** Counts a checkpoint's parameters. @throws CheckpointError if it is not one of this config; see loadParameters */
export function summarize(checkpoint: Checkpoint, config: GPT2Config): CheckpointSummary {
  const dtypes: Partial<Record<ReadableDtype, number>> = {};
  let bytes = 0;
  const { found } = findTensors(checkpoint, config, listExpected(expectedTensors(config)), "auto");
  for (const { tensor, scales } of found.values()) {
    const stored = tensor.dtype as ReadableDtype; // the only ones that findTensors lets pass
    dtypes[stored] = (dtypes[stored] ?? 0) + sizeOf(tensor.shape);
    bytes += tensor.end - tensor.begin + (scales ? scales.end - scales.begin : 0);
  }
  return { parameters: Object.values(dtypes).reduce((sum, count) => sum + count, 0), dtypes, bytes };
}
