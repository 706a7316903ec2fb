/** A file in the folder of a run with the id of the process that trains in it, so that a second one leaves it alone. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../cli-error.ts";
import { isOtherProcess } from "./process-exists.ts";

export const LOCK = "train.lock";

/** @throws CliError if another process that exists has the folder */
export async function checkUnlocked(folder: string): Promise<void> {
  const text = await readFile(join(folder, LOCK), "utf8").catch(() => "");
  const pid = Number(text);
  if (!isOtherProcess(pid)) return;
  const path = JSON.stringify(folder);
  throw new CliError(
    `process ${pid} trains in ${path}; wait for it, end it, or if it is another program, delete its ${LOCK}`,
    1,
  );
}

/** Takes the folder; a lock whose process is gone is replaced. @throws CliError if another process has it */
export async function lockRun(folder: string): Promise<void> {
  const path = join(folder, LOCK);
  for (;;) {
    try {
      return await writeFile(path, lockText(), { flag: "wx" });
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "EEXIST")
        throw new CliError(`cannot write ${JSON.stringify(path)}: ${(cause as Error).message}`, 1);
    }
    await checkUnlocked(folder);
    await rm(path, { force: true });
  }
}

/** What the lock of this process holds. */
export function lockText(): string {
  return `${process.pid}\n`;
}

/** Gives the folder back. */
export async function unlockRun(folder: string): Promise<void> {
  await rm(join(folder, LOCK), { force: true });
}
