/** What an earlier process left half written under a name with its id, which is this one's too. */
import { lstat, rm } from "node:fs/promises";

/**
 * Removes a file or folder that is older than this process, if there is one: in a container all processes that write
 * may have the same id, one after the other. What is younger is being written, and stays.
 */
export async function removeLeftover(partial: string): Promise<void> {
  const there = await lstat(partial).catch(() => undefined);
  if (there && there.mtimeMs < performance.timeOrigin) await rm(partial, { recursive: true, force: true });
}
