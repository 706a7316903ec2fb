/**
 * The folder of a run: config.json, model.safetensors and the tokenizer's files, which tsgpt and transformers load, and
 * checkpoint.safetensors, from which the run continues. Files are written next to their destination and renamed, the
 * checkpoint first: whenever the process ends, the folder has a whole checkpoint and a whole model. Where that is of an
 * earlier step, the next process to open the checkpoint writes it anew.
 */
import { readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FILE_NAMES, type GPT2Config, readHeader, readTensor, TOKENIZER_FILES } from "@tsgpt/gpt";
import { configJson, fileSource, writeNewFolder, writeSafetensorsFile } from "@tsgpt/gpt/node";
import { checkpointOf, type Learner, openTrainingCheckpoint, type SavedTraining, type Training } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { isLeftover, removeLeftovers } from "./leftovers.ts";
import { checkUnlocked, LOCK, lockRun, lockText, unlockRun } from "./run-lock.ts";

const CHECKPOINT = "checkpoint.safetensors";

/** The curve of the losses. */
export const CURVE = "loss.svg";

/** All that a run may write into its folder. */
export const RUN_FILES: readonly string[] = [
  ...[FILE_NAMES.config, FILE_NAMES.generationConfig, FILE_NAMES.weights, ...TOKENIZER_FILES],
  ...[CHECKPOINT, CURVE, LOCK],
];

/** Removes what a process left that was killed as it created the folder. @throws CliError unless it is new or empty */
export async function checkNewFolder(folder: string): Promise<void> {
  const path = resolve(folder);
  await removeLeftovers(dirname(path), [basename(path)]);
  const names: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return namesOfNew(folder);
    throw cannotWrite(folder, cause.code === "ENOTDIR" ? "it exists and is not a directory" : cause.message);
  });
  if (names.every((name) => isLeftover(name, [""]))) return removeLeftovers(folder, [""]);
  await checkUnlocked(folder);
  const fix = names.includes(CHECKPOINT) ? "; --resume continues the run in it" : "";
  throw cannotWrite(folder, `it exists and is not empty${fix}`);
}

/** No names, as its folder is there to create it in. @throws CliError if it is not */
async function namesOfNew(folder: string): Promise<string[]> {
  const parent = dirname(resolve(folder));
  const isFolder = await stat(parent).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw cannotWrite(folder, `there is no folder ${JSON.stringify(parent)}; create it first`);
  return [];
}

/** Creates the folder of a run with its first checkpoint, all at once, and takes it. @throws CliError */
export async function createRunFolder(
  folder: string,
  files: ReadonlyMap<string, string>,
  training: Training,
  notes: unknown,
): Promise<void> {
  await writeNewFolder(folder, undefined, async (partial) => {
    for (const [name, text] of files) await writeFile(join(partial, name), text);
    await write(partial, training, notes);
    await writeFile(join(partial, LOCK), lockText());
  }).catch((cause: Error) => {
    throw cannotWrite(folder, cause.message);
  });
}

/** Replaces the checkpoint and the model. @throws the system's error; both are then as they were, or new */
export async function saveRun(folder: string, training: Training, notes: unknown): Promise<void> {
  await write(folder, training, notes);
}

async function write(folder: string, training: Training, notes: unknown): Promise<void> {
  const { tensors, metadata } = checkpointOf(training, notes);
  await writeSafetensorsFile(join(folder, CHECKPOINT), tensors, metadata);
  await writeModel(folder, training.learner);
}

async function writeModel(folder: string, learner: Learner): Promise<void> {
  await writeSafetensorsFile(join(folder, FILE_NAMES.weights), weightsOf(learner), { format: "pt" });
}

/** Writes the model if that of the folder has other weights: a process was killed between checkpoint and model. */
export async function mendModel(folder: string, learner: Learner): Promise<void> {
  if (await hasWeights(join(folder, FILE_NAMES.weights), learner)) return;
  await writeModel(folder, learner).catch((cause: Error) => {
    throw cannotWrite(folder, cause.message);
  });
}

async function hasWeights(path: string, { parameters }: Learner): Promise<boolean> {
  const source = await fileSource(path);
  try {
    const header = await readHeader(source);
    for (const { name, value } of parameters) {
      if (!header.tensors.has(name)) return false;
      const { data } = await readTensor(source, header, name);
      if (!bytesOf(data).equals(bytesOf(value.data))) return false;
    }
    return true;
  } finally {
    await source.close();
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function weightsOf({ parameters }: Learner) {
  return parameters.map(({ name, value: { shape, data } }) => [name, { dtype: "F32", shape, data }] as const);
}

/** The text of a config.json for weights in float32. */
export function configText(config: GPT2Config): string {
  return configJson(config, "F32");
}

/** An open checkpoint, to be closed after it is restored. */
export interface OpenRun extends SavedTraining {
  close(): Promise<void>;
}

/**
 * Takes the folder of a run, opens its checkpoint, and removes what a killed process left half written.
 * @throws CliError if there is none, or another process trains in the folder; CheckpointError if it is damaged
 */
export async function openRun(folder: string): Promise<OpenRun> {
  const names: string[] = await readdir(folder).catch(() => []);
  if (!names.includes(CHECKPOINT)) {
    throw new CliError(
      `${JSON.stringify(folder)} has no ${CHECKPOINT} to resume from; without --resume a run begins`,
      1,
    );
  }
  await lockRun(folder);
  await removeLeftovers(folder, [CHECKPOINT, FILE_NAMES.weights, CURVE]);
  const source = await fileSource(join(folder, CHECKPOINT));
  try {
    return { ...(await openTrainingCheckpoint(source)), close: () => source.close() };
  } catch (error) {
    await source.close();
    await unlockRun(folder);
    throw error;
  }
}

function cannotWrite(folder: string, why: string): CliError {
  return new CliError(`cannot write ${JSON.stringify(folder)}: ${why}`, 1);
}
