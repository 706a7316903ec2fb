/** Writes a safetensors file atomically: next to its destination, then renamed. */
import { open, rename, rm } from "node:fs/promises";
import { type TensorToWrite, writeSafetensors } from "../checkpoint/write-safetensors.ts";
import { removeLeftover } from "./leftover.ts";

/**
 * Writes `tensors` to `path`, replacing an existing file; a failure leaves that as it was.
 * @throws CheckpointError if data and shape disagree; the system's error if it cannot be written
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const pieces = writeSafetensors(tensors, metadata);
  const partial = `${path}.${process.pid}.partial`;
  await removeLeftover(partial);
  const handle = await open(partial, "wx");
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    await handle.close();
    await rename(partial, path);
  } catch (error) {
    await handle.close().catch(() => {}); // already closed if rename failed
    await rm(partial, { force: true });
    throw error;
  }
}
