/** A model's files in a folder. */
import { readdir } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describeValue } from "@tsgpt/numeric";
import { CheckpointError } from "../errors.ts";
import { listNames, type ModelFiles } from "../files/model-files.ts";
import { openFile } from "./file-source.ts";

/** @throws RangeError, as `by`, for what is neither a path nor a file: URL */
export function folderFiles(given: string | URL, by: string): ModelFiles {
  const folder = pathOf(given, by);
  return {
    name: basename(resolve(folder)),
    place: folder,
    open: (name) => openFile(join(folder, name), name),
    missing: async (_, link) => listNames(link, await listFolder(folder)),
  };
}

function pathOf(folder: string | URL, by: string): string {
  if (typeof folder === "string" && !folder.includes("\0")) return folder;
  if (folder instanceof URL && folder.protocol === "file:") return fileURLToPath(folder);
  const got = folder instanceof URL ? folder.href : describeValue(folder);
  throw new RangeError(`${by}: the folder must be a path or a file: URL, got ${got}`);
}

/** The file names in a model's folder. @throws CheckpointError if there is no such folder */
export async function listFolder(folder: string): Promise<string[]> {
  return readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    const problem: Record<string, string> = { ENOENT: "no such model folder", ENOTDIR: "is not a folder" };
    throw new CheckpointError(folder, problem[cause.code ?? ""] ?? `cannot be listed: ${cause.message}`, { cause });
  });
}
