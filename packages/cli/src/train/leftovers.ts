/** What killed processes left half written: NAME.PID.partial beside a file or folder NAME, PID.partial in a folder. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isOtherProcess } from "./process-exists.ts";

/**
 * Removes from a folder what was to become one of `names`. What has this process's id is of an earlier one too, as in
 * a container, where each has the same: to be called before this process writes any of them.
 */
export async function removeLeftovers(folder: string, names: readonly string[]): Promise<void> {
  for (const file of await readdir(folder).catch(() => []))
    if (isLeftover(file, names)) await rm(join(folder, file), { recursive: true, force: true });
}

/** Whether the file was to become one of `names`, "" for the folder that it is in, and nobody writes it any more. */
export function isLeftover(file: string, names: readonly string[]): boolean {
  const [, name = "", pid] = /^(?:(.+)\.)?(\d+)\.partial$/s.exec(file) ?? [];
  return pid !== undefined && names.includes(name) && !isOtherProcess(Number(pid));
}
