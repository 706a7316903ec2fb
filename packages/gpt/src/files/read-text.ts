/** Reads a small text file of a model; its size and encoding are checked first. */
import { describeForeignText } from "../checkpoint/foreign-file.ts";
import { CheckpointError } from "../errors.ts";
import type { ModelFile, ModelFiles, OpenOptions } from "./model-files.ts";

interface ReadTextOptions extends OpenOptions {
  /** Bytes. */
  readonly largest: number;
  /** The error for a file that cannot be read. */
  readonly failure: (problem: string, cause: CheckpointError) => Error;
}

/** The text of a file, or undefined if there is none of that name. @throws what `failure` returns */
export async function readText(
  files: ModelFiles,
  name: string,
  { failure, ...options }: ReadTextOptions,
): Promise<string | undefined> {
  try {
    const file = await files.open(name, options);
    return file && (await textOf(file, options.largest));
  } catch (error) {
    throw error instanceof CheckpointError ? failure(error.problem, error) : error;
  }
}

/**
 * The text of an open file, which is then closed.
 * @throws CheckpointError if it is larger than `largest` bytes, not UTF-8, not readable, or a Git LFS pointer or a web
 * page instead
 */
export async function textOf(file: ModelFile, largest: number): Promise<string> {
  try {
    const { name, size } = file;
    if (size > largest) throw new CheckpointError(name, `has ${size} bytes, the most is ${largest}`);
    const bytes = new Uint8Array(size);
    await file.read(0, bytes);
    const text = decode(name, bytes);
    const foreign = describeForeignText(text);
    if (foreign !== undefined) throw new CheckpointError(name, foreign);
    return text;
  } finally {
    await file.close();
  }
}

function decode(name: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new CheckpointError(name, "is not UTF-8", { cause });
  }
}
