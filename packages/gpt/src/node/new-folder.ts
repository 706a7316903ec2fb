/** Creates a model's folder atomically: it is written next to its destination, then moved there. */
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { FILE_NAMES } from "../config/file-names.ts";
import { removeLeftover } from "./leftover.ts";

/**
 * Creates `folder`, which must be new or empty, with what `write` puts into the folder it receives. A failure leaves
 * nothing behind.
 * @throws Error if the folder is not empty; the system's error if it cannot be written; the signal's reason if it
 * aborts
 */
export async function writeNewFolder(
  folder: string,
  signal: AbortSignal | undefined,
  write: (partial: string) => Promise<void>,
): Promise<void> {
  const path = resolve(folder);
  const own = `${process.pid}.partial`;
  await removeLeftover(join(path, own));
  await removeLeftover(`${path}.${own}`);
  const isThere = await isEmptyFolder(path);
  const partial = isThere ? join(path, own) : `${path}.${own}`;
  await mkdir(partial);
  try {
    await write(partial);
    signal?.throwIfAborted();
    if (isThere) await moveUp(partial, path);
    else await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    signal?.throwIfAborted();
    throw error;
  }
}

/** Moves files into an existing folder, which may be a working directory or a mount point. The weights come last. */
async function moveUp(partial: string, path: string): Promise<void> {
  const names = (await readdir(partial)).filter((name) => name !== FILE_NAMES.weights);
  for (const name of [...names, FILE_NAMES.weights]) await rename(join(partial, name), join(path, name));
  await rmdir(partial);
}

/** False if it does not exist. */
async function isEmptyFolder(path: string): Promise<boolean> {
  const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    if (cause.code === "ENOTDIR") throw new Error("it exists and is not a directory", { cause });
    throw cause;
  });
  if (names && names.length > 0) throw new Error("it exists and is not empty");
  return names !== undefined;
}
