/** Summarizes a checkpoint from its headers alone. */
import { type StoredDtype, sizeOf } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { type FoundTensor, findTensors } from "./find-tensors.ts";
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
  for (const { tensor, scales } of found(checkpoint, config)) {
    const stored = tensor.dtype as ReadableDtype; // findTensors accepts only these
    dtypes[stored] = (dtypes[stored] ?? 0) + sizeOf(tensor.shape);
    bytes += tensor.end - tensor.begin + (scales ? scales.end - scales.begin : 0);
  }
  return { parameters: Object.values(dtypes).reduce((sum, count) => sum + count, 0), dtypes, bytes };
}

/** The names of a checkpoint's parameters as it has them, in the order of the pass. @throws CheckpointError as above */
export function namesIn(checkpoint: Checkpoint, config: GPT2Config): string[] {
  return found(checkpoint, config).map(({ name }) => name);
}

function found(checkpoint: Checkpoint, config: GPT2Config): FoundTensor[] {
  return [...findTensors(checkpoint, config, listExpected(config), "auto").found.values()];
}
