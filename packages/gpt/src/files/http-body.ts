/** The body of an HTTP response, as it arrives. */
import { CheckpointError } from "../errors.ts";

/**
 * The pieces of the body. The response ends when they are no longer asked for.
 * @throws CheckpointError if the connection breaks; the signal's reason as soon as it aborts
 */
export async function* bodyPieces(
  name: string,
  { body }: Response,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
  if (!body) return;
  const reader = body.getReader();
  const end = () => void reader.cancel().catch(() => {}); // a read that waits is then over
  signal?.addEventListener("abort", end);
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await reader.read().catch((cause: Error) => {
        signal?.throwIfAborted();
        throw new CheckpointError(name, `the connection broke: ${cause.message}`, { cause });
      });
      signal?.throwIfAborted();
      if (done) return;
      yield value;
    }
  } finally {
    signal?.removeEventListener("abort", end);
    end();
  }
}

interface Receiving {
  readonly signal: AbortSignal | undefined;
  /** Called after each piece with the bytes that have arrived so far. */
  readonly onArrival?: (arrived: number) => void;
}

/** Fills `into` with the body. @throws CheckpointError if it has fewer bytes, or more; what bodyPieces throws */
export async function receiveBody(
  name: string,
  response: Response,
  into: Uint8Array,
  { signal, onArrival }: Receiving,
): Promise<void> {
  let arrived = 0;
  for await (const piece of bodyPieces(name, response, signal)) {
    if (arrived + piece.length > into.length) {
      throw new CheckpointError(name, `the server sends more than the ${into.length} bytes that it announced`);
    }
    into.set(piece, arrived);
    arrived += piece.length;
    onArrival?.(arrived);
  }
  if (arrived < into.length) throw cutShort(name, arrived, into.length);
}

export function cutShort(name: string, arrived: number, size: number): CheckpointError {
  return new CheckpointError(name, `is cut short: ${arrived} of ${size} bytes arrived`);
}
