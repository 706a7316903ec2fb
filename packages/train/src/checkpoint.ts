/**
 * Checkpoints of a run: weights, the optimizer's memory, the position in the data with its generator, and the losses so
 * far, as the tensors and the metadata of one safetensors file. One file is replaced as a whole, so that its parts
 * always belong together. What is restored is bit for bit what was saved.
 */
import {
  type ByteSource,
  CheckpointError,
  readHeader,
  readTensor,
  type SafetensorsHeader,
  type TensorToWrite,
} from "@tsgpt/gpt";
import { sameShape, type Tensor } from "@tsgpt/tensor";
import type { Progress, Training } from "./loop.ts";

const OPTIMIZER = "optimizer.";
const LOSSES = "progress.losses";
const KEY = "tsgpt.training";
const VERSION = 1;

/** What a safetensors file of a checkpoint contains. */
export interface TrainingCheckpoint {
  readonly tensors: readonly (readonly [name: string, tensor: TensorToWrite])[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** A checkpoint that was opened: its notes, and a way to continue from it. */
export interface SavedTraining {
  /** What was given to `checkpointOf`. */
  readonly notes: unknown;
  readonly step: number;
  /** Overwrites weights, optimizer, data position and progress. @throws CheckpointError if they are of another run */
  restore(training: Training): Promise<void>;
}

/** The part of a checkpoint that is JSON. */
interface RunRecord {
  readonly version: number;
  readonly progress: Omit<Progress, "losses">;
  readonly position: unknown;
  readonly notes: unknown;
}

/** A checkpoint of a run between two steps; `notes` are the caller's, and JSON. The tensors are views. */
export function checkpointOf({ learner, optimizer, batches, progress }: Training, notes: unknown): TrainingCheckpoint {
  const { losses, ...counts } = progress;
  const record: RunRecord = { version: VERSION, progress: counts, position: batches.position(), notes };
  const history = Float64Array.from(losses);
  return {
    tensors: [
      ...learner.parameters.map(({ name, value }) => [name, asF32(value)] as const),
      ...[...optimizer.state].map(([name, tensor]) => [OPTIMIZER + name, asF32(tensor)] as const),
      [LOSSES, { dtype: "F64", shape: [history.length], data: history }],
    ],
    metadata: { [KEY]: JSON.stringify(record) },
  };
}

function asF32({ shape, data }: Tensor): TensorToWrite {
  return { dtype: "F32", shape, data };
}

/** Opens a checkpoint; tensors are read by `restore`. @throws CheckpointError if the file is not one, or is damaged */
export async function openTrainingCheckpoint(source: ByteSource): Promise<SavedTraining> {
  const header = await readHeader(source);
  const { progress, position, notes } = recordOf(source.name, header);
  return {
    notes,
    step: progress.step,
    restore: async ({ learner, optimizer, batches, progress: into }) => {
      const targets = [
        ...learner.parameters.map(({ name, value }) => [name, value] as const),
        ...[...optimizer.state].map(([name, tensor]) => [OPTIMIZER + name, tensor] as const),
      ];
      for (const [name, tensor] of targets) checkTensor(source.name, header, name, tensor);
      for (const [name, tensor] of targets) tensor.data.set((await readTensor(source, header, name)).data);
      const losses = await readTensor(source, header, LOSSES);
      learner.changed();
      batches.restore(position);
      into.losses.length = 0;
      for (const loss of losses.data) into.losses.push(loss);
      Object.assign(into, progress);
    },
  };
}

function recordOf(file: string, { metadata }: SafetensorsHeader): RunRecord {
  const text = metadata.get(KEY);
  if (text === undefined) throw new CheckpointError(file, "is not a checkpoint of a training run");
  const record: RunRecord = JSON.parse(text);
  if (record.version === VERSION) return record;
  throw new CheckpointError(file, `is a checkpoint of version ${record.version}; this program reads ${VERSION}`);
}

/** @throws CheckpointError unless the file has this tensor as F32 of its shape */
function checkTensor(file: string, { tensors }: SafetensorsHeader, name: string, { shape }: Tensor): void {
  const stored = tensors.get(name);
  if (!stored) throw new CheckpointError(file, "is missing: it is of another model or optimizer", { tensor: name });
  if (stored.dtype === "F32" && sameShape(stored.shape, shape)) return;
  const got = `${stored.dtype} [${stored.shape.join(", ")}]`;
  throw new CheckpointError(file, `is ${got}, the run needs F32 [${shape.join(", ")}]`, { tensor: name });
}
