/**
 * The folder of a run: config.json, model.safetensors and the tokenizer's files, which tsgpt and transformers load, and
 * checkpoint.safetensors, from which the run continues. Files are written next to their destination and renamed, the
 * checkpoint first: whenever the process ends, the folder has a whole checkpoint and a whole model.
 */
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FILE_NAMES, type GPT2Config } from "@tsgpt/gpt";
import { configJson, fileSource, writeNewFolder, writeSafetensorsFile } from "@tsgpt/gpt/node";
import { checkpointOf, type Learner, openTrainingCheckpoint, type SavedTraining, type Training } from "@tsgpt/train";
import { CliError } from "../cli-error.ts";
import { isOtherProcess } from "./process-exists.ts";
import { checkUnlocked, LOCK, lockRun, lockText, unlockRun } from "./run-lock.ts";

const CHECKPOINT = "checkpoint.safetensors";

/** @throws CliError unless the folder is new or empty */
export async function checkNewFolder(folder: string): Promise<void> {
  const names: string[] = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return namesOfNew(folder);
    throw cannotWrite(folder, cause.code === "ENOTDIR" ? "it exists and is not a directory" : cause.message);
  });
  if (names.length === 0) return;
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
  await writeSafetensorsFile(join(folder, FILE_NAMES.weights), weightsOf(training.learner), { format: "pt" });
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
  for (const name of names.filter(isLeftover)) await rm(join(folder, name), { force: true });
  const source = await fileSource(join(folder, CHECKPOINT));
  try {
    return { ...(await openTrainingCheckpoint(source)), close: () => source.close() };
  } catch (error) {
    await source.close();
    await unlockRun(folder);
    throw error;
  }
}

function isLeftover(name: string): boolean {
  const [, pid] = /^(?:checkpoint|model)\.safetensors\.(\d+)\.partial$/.exec(name) ?? [];
  return pid !== undefined && Number(pid) !== process.pid && !isOtherProcess(Number(pid));
}

function cannotWrite(folder: string, why: string): CliError {
  return new CliError(`cannot write ${JSON.stringify(folder)}: ${why}`, 1);
}
