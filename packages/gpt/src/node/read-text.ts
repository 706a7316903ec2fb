/** Reads a small external text file; its size and encoding are checked first. */
import { CheckpointError } from "../errors.ts";
import { textOf } from "../files/read-text.ts";
import { openFile } from "./file-source.ts";

/**
 * The text of the file at `path`, or undefined if it does not exist.
 * @throws Error, its message without the file's name, if it is larger than `limit` bytes, not a file, not UTF-8, not
 * readable, or a Git LFS pointer or a web page instead
 */
export async function readText(path: string, limit: number): Promise<string | undefined> {
  try {
    const file = await openFile(path, path);
    return file && (await textOf(file, limit));
  } catch (cause) {
    throw cause instanceof CheckpointError ? new Error(cause.problem, { cause }) : cause;
  }
}
