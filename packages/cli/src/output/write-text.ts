/** Output files: checked before the work that makes them, and written whole or not at all. */
import { access, constants, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CliError } from "../cli-error.ts";

/**
 * @throws CliError for a folder, or a path whose folder cannot be written to; also for a device, such as /dev/stdout,
 * where a file is replaced rather than written
 */
export async function checkWritable(path: string, { devices }: { readonly devices: boolean }): Promise<void> {
  const there = await stat(resolve(path)).catch(() => undefined);
  if (there?.isDirectory() || (there && !there.isFile() && !devices))
    throw cannotWrite(path, "it exists and is not a file");
  if (there && !there.isFile()) return;
  await access(dirname(await destinationOf(path)), constants.W_OK).catch((cause: Error) => {
    throw cannotWrite(path, cause.message);
  });
}

/** Where a text is written in order with what else is, even if it is redirected to a file. */
const STREAMS: ReadonlyMap<string, NodeJS.WriteStream> = new Map<string, NodeJS.WriteStream>([
  ["/dev/stdout", process.stdout],
  ["/dev/stderr", process.stderr],
]);

/**
 * Writes a text next to its destination, then renames it; a device is written to.
 * @throws CliError, with nothing half written
 */
export async function writeText(path: string, text: string): Promise<void> {
  const stream = STREAMS.get(path);
  if (stream) return new Promise((resolve) => stream.write(text, () => resolve())); // main.ts reports its errors
  const destination = await destinationOf(path);
  const partial = `${destination}.${process.pid}.partial`;
  try {
    const there = await stat(destination).catch(() => undefined);
    if (there && !there.isFile()) return await writeFile(destination, text);
    await rm(partial, { force: true }); // of a killed process with the same id, as all have in a container
    await writeFile(partial, text, { flag: "wx" });
    await rename(partial, destination);
  } catch (error) {
    await rm(partial, { force: true });
    throw cannotWrite(path, (error as Error).message);
  }
}

/** The file itself: a link to it is not replaced. */
export function destinationOf(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function cannotWrite(path: string, why: string): CliError {
  return new CliError(`cannot write ${JSON.stringify(path)}: ${why}`, 1);
}
