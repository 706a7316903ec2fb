/** The message of a command that has written a file or a folder. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatBytes } from "./format-bytes.ts";

/** Prints on stderr where a file or folder was written, its contents and its size. */
export async function reportWritten(path: string, contents: string): Promise<void> {
  process.stderr.write(`wrote ${path}: ${contents}; ${formatBytes(await sizeOf(path))}\n`);
}

async function sizeOf(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.size;
  const sizes = (await readdir(path)).map(async (name) => (await stat(join(path, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
