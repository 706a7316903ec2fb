/** What a command says once it has written something. */
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { formatBytes } from "./format-bytes.ts";

/** Says on stderr where a file or a folder of files was written, what it holds, and how large it is. */
export async function reportWritten(path: string, contents: string): Promise<void> {
  process.stderr.write(`wrote ${path}: ${contents}; ${formatBytes(await sizeOf(path))}\n`);
}

async function sizeOf(path: string): Promise<number> {
  const own = await stat(path);
  if (!own.isDirectory()) return own.size;
  const sizes = (await readdir(path)).map(async (name) => (await stat(join(path, name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
