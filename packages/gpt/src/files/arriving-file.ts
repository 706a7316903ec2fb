/** A ModelFile whose bytes are still arriving: a read waits for its bytes. All are in memory until it is closed. */
import { endOfFile } from "../checkpoint/byte-source.ts";
import { CheckpointError } from "../errors.ts";
import { receiveBody } from "./http-body.ts";
import type { ModelFile } from "./model-files.ts";

/** @throws CheckpointError if there is no memory for `size` bytes */
export function arrivingFile(
  name: string,
  response: Response,
  size: number,
  signal: AbortSignal | undefined,
): ModelFile {
  let bytes = allocate(name, size);
  let arrived = 0;
  let failure: unknown;
  let waiting: (() => void)[] = [];
  const wake = () => {
    for (const resume of waiting.splice(0)) resume();
  };
  const ending = new AbortController();
  const abort = () => ending.abort(signal?.reason);
  signal?.addEventListener("abort", abort);
  const onArrival = (now: number) => {
    arrived = now;
    wake();
  };
  receiveBody(name, response, bytes, { signal: ending.signal, onArrival })
    .catch((error: unknown) => {
      failure = error;
    })
    .finally(() => {
      signal?.removeEventListener("abort", abort);
      wake();
    });
  return {
    name,
    size,
    read: async (offset, into) => {
      const end = offset + into.length;
      if (end > size) throw endOfFile(name, offset, into.length, size);
      while (arrived < end && failure === undefined) await new Promise<void>((resolve) => waiting.push(resolve));
      if (arrived < end) throw failure;
      into.set(bytes.subarray(offset, end));
    },
    close: async () => {
      ending.abort();
      bytes = new Uint8Array();
      waiting = [];
    },
  };
}

function allocate(name: string, size: number): Uint8Array {
  try {
    return new Uint8Array(size);
  } catch (cause) {
    throw new CheckpointError(name, `has ${size} bytes, for which there is no memory`, { cause });
  }
}
