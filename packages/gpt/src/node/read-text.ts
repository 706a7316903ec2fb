/** Reads a small external text file; its size and encoding are checked first. */
import { open } from "node:fs/promises";
import { describeForeignText } from "../checkpoint/foreign-file.ts";

/**
 * The text of the file at `path`, or undefined if it does not exist.
 * @throws Error, its message without the file's name, if it is larger than `limit` bytes, not a file, not UTF-8, not
 * readable, or a Git LFS pointer or a web page instead
 */
export async function readText(path: string, limit: number): Promise<string | undefined> {
  const handle = await open(path, "r").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT") return undefined;
    throw new Error(`cannot be opened: ${cause.message}`, { cause });
  });
  if (!handle) return undefined;
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new Error("is not a file");
    if (stat.size > limit) throw new Error(`has ${stat.size} bytes, the most is ${limit}`);
    const text = decode(await handle.readFile());
    const foreign = describeForeignText(text);
    if (foreign !== undefined) throw new Error(foreign);
    return text;
  } finally {
    await handle.close();
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new Error("is not UTF-8", { cause });
  }
}
