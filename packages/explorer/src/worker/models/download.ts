/**
 * Downloads one file of the hub into its place: what is there from an interrupted download stays, bytes are hashed as
 * they arrive, and a file with another hash than the hub's is deleted.
 */
import { type HubClient, hashPrefix, type Part, receive, type Wanted, wrongHash } from "@tsgpt/hub/remote";
import { createSHA1, createSHA256 } from "hash-wasm";
import { blocksOf, type Place } from "./place.ts";
import { type SyncFile, writeWhole } from "./storage.ts";

/** @throws HubError if it fails or has the wrong hash; the client's reason if it aborts */
export async function download(
  client: HubClient,
  wanted: Wanted,
  place: Place,
  onProgress: (bytes: number) => void,
): Promise<void> {
  const { file } = wanted;
  let part = await place.open(file);
  let isWrong = false;
  const discard = async () => {
    isWrong = true;
    part.truncate(0);
  };
  try {
    const hash = await hashOf(wanted, part);
    const target: Part = {
      size: async () => part.getSize(),
      write: async (bytes, at) => {
        part = await write(bytes as Uint8Array<ArrayBuffer>, at, part, wanted, place);
        hash.update(bytes);
      },
      truncate: async (size) => {
        part.truncate(size);
        hash.restart(part);
      },
      discard,
    };
    await client.retrying(() => receive(client, wanted, target, { onProgress }));
    part.flush();
    const wrong = wrongHash(wanted, hash.digest(), firstBytes(part));
    if (!wrong) return;
    await discard();
    throw wrong;
  } finally {
    part.close();
    if (isWrong) await place.remove(file.name);
  }
}

/** Writes into the part, or, if the storage is full, into memory. The part that has the bytes then. */
async function write(
  bytes: Uint8Array<ArrayBuffer>,
  at: number,
  part: SyncFile,
  { file }: Wanted,
  place: Place,
): Promise<SyncFile> {
  if (writeWhole(part, bytes, at)) return part;
  part.truncate(at);
  const moved = await place.moveToMemory(file, part);
  moved.write(bytes, { at });
  return moved;
}

interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Begins again with what the part has. */
  restart(part: SyncFile): void;
  digest(): string;
}

/** The hub's hash of the file, of what the part has so far. */
async function hashOf({ file }: Wanted, part: SyncFile): Promise<RunningHash> {
  const prefix = hashPrefix(file);
  const hasher = await (prefix === undefined ? createSHA256() : createSHA1());
  const restart = (from: SyncFile) => {
    hasher.init();
    if (prefix !== undefined) hasher.update(prefix);
    for (const { bytes } of blocksOf(from)) hasher.update(bytes);
  };
  restart(part);
  return { update: (bytes) => void hasher.update(bytes), restart, digest: () => hasher.digest("hex") };
}

function firstBytes(part: SyncFile): Uint8Array {
  const bytes = new Uint8Array(64);
  return bytes.subarray(0, part.read(bytes, { at: 0 }));
}
