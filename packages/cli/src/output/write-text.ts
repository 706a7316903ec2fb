/** Output files: checked before the work that makes them, and written whole or not at all. */
import { access, constants, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CliError } from "../cli-error.ts";

/** @throws CliError for a path whose folder cannot be written to, or that is not a file */
export async function checkWritable(path: string): Promise<void> {
  const there = await stat(resolve(path)).catch(() => undefined);
  if (there && !there.isFile()) throw cannotWrite(path, "it exists and is not a file"); // a device would be replaced
  await access(dirname(resolve(path)), constants.W_OK).catch((cause: Error) => {
    throw cannotWrite(path, cause.message);
  });
}

/** Writes a text next to its destination, then renames it. @throws CliError, with nothing half written */
export async function writeText(path: string, text: string): Promise<void> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await writeFile(partial, text, { flag: "wx" });
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw cannotWrite(path, (error as Error).message);
  }
}

function cannotWrite(path: string, why: string): CliError {
  return new CliError(`cannot write ${JSON.stringify(path)}: ${why}`, 1);
}
