/** Copies the files of a folder that was picked into the browser's storage. */
import { FILE_NAMES, TOKENIZER_FILES } from "@tsgpt/gpt";
import {
  type Folder,
  keyOf,
  openPart,
  openStorage,
  removeModel,
  withLock,
  writeRecord,
  writeWhole,
} from "./storage.ts";

/** Those of the files that the model is read from: in the folder of its config.json, which is nearest to the top. */
export function modelFiles(files: readonly File[], weights: readonly string[]): File[] {
  const { config, generationConfig, index } = FILE_NAMES;
  const names = new Set<string>([config, generationConfig, index, ...TOKENIZER_FILES, ...weights]);
  const depth = (file: File) => file.webkitRelativePath.split("/").length;
  const configs = files.filter(({ name }) => name === config).sort((a, b) => depth(a) - depth(b));
  const folder = folderOf(configs[0]);
  return files.filter((file) => names.has(file.name) && folderOf(file) === folder);
}

const folderOf = (file: File | undefined): string | undefined => file?.webkitRelativePath.replace(/[^/]*$/, "");

/**
 * Keeps the files, then runs `use`, and deletes them again if it fails. `problem` says why they could not be kept.
 * @throws what `use` throws; the signal's reason
 */
export async function withKeptFiles<Result>(
  name: string,
  files: readonly File[],
  { onProgress, signal }: Copying,
  use: (problem: string | undefined) => Promise<Result>,
): Promise<Result> {
  const models = await openStorage().catch((error: Error) => error);
  if (models instanceof Error) return use(`${models.message}, so the model is not kept`);
  const time = Date.now();
  const key = keyOf(name, String(time));
  return withLock(models, key, async () => {
    const sizes = files.map((file) => ({ name: file.name, size: file.size }));
    const record = { key, id: name, revision: undefined, commit: undefined, files: sizes, time };
    try {
      const isRecorded = await writeRecord(models, { ...record, isComplete: false });
      const problem = isRecorded ? await copyAll(models, key, files, { onProgress, signal }) : FULL;
      const result = await use(problem);
      if (problem !== undefined || !(await writeRecord(models, { ...record, isComplete: true }))) {
        await removeModel(models, key);
      }
      return result;
    } catch (error) {
      await removeModel(models, key);
      throw error;
    }
  });
}

interface Copying {
  /** Bytes. */
  readonly onProgress: (loaded: number, total: number) => void;
  readonly signal: AbortSignal;
}

const BLOCK = 4 << 20; // bytes
const FULL = "the browser's storage is full, so the model is not kept";

/** Why the files could not be copied; undefined if they were. */
async function copyAll(
  models: Folder,
  key: string,
  files: readonly File[],
  { onProgress, signal }: Copying,
): Promise<string | undefined> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let before = 0;
  for (const file of files) {
    const part = await openPart(models, key, file.name);
    try {
      for (let at = 0; at < file.size; at += BLOCK) {
        signal.throwIfAborted();
        const bytes = new Uint8Array(await file.slice(at, at + BLOCK).arrayBuffer());
        if (!writeWhole(part, bytes, at)) return FULL;
        onProgress(before + Math.min(at + BLOCK, file.size), total);
      }
      part.flush();
    } catch (error) {
      if ((error as Error).name !== "QuotaExceededError") throw error;
      return FULL;
    } finally {
      part.close();
    }
    before += file.size;
  }
  return undefined;
}
