/** A safetensors file on disk, whole or not at all: written beside its place, then moved there in one step. */
import { open, rename, rm } from "node:fs/promises";
import { type TensorToWrite, writeSafetensors } from "../checkpoint/write-safetensors.ts";

/**
 * Writes `tensors` to `path`, over what is there. A failure leaves what was there before.
 * @throws CheckpointError if data and shape disagree; the system's error if the place cannot be written
 */
export async function writeSafetensorsFile(
  path: string,
  tensors: Iterable<readonly [name: string, tensor: TensorToWrite]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const pieces = writeSafetensors(tensors, metadata);
  const partial = `${path}.${process.pid}.partial`;
  const handle = await open(partial, "wx");
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    await handle.close();
    await rename(partial, path);
  } catch (error) {
    await handle.close().catch(() => {}); // closed already if it was rename that failed
    await rm(partial, { force: true });
    throw error;
  }
}
