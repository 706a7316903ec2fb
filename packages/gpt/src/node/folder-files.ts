/** A model's files in a folder. */
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { CheckpointError } from "../errors.ts";
import { listNames, type ModelFiles } from "../files/model-files.ts";
import { openFile } from "./file-source.ts";

export function folderFiles(folder: string): ModelFiles {
  return {
    name: basename(resolve(folder)),
    place: folder,
    open: (name) => openFile(join(folder, name), name),
    missing: async (_, link) => listNames(link, await listFolder(folder)),
  };
}

/** The file names in a model's folder. @throws CheckpointError if there is no such folder */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const problem: Record<string, string> = { ENOENT: "no such model folder", ENOTDIR: "is not a folder" };
    throw new CheckpointError(folder, problem[cause.code ?? ""] ?? `cannot be listed: ${cause.message}`, { cause });
  });
}
