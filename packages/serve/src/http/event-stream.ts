/** Server-sent events, each sent when the client has room for it. */
import { clientLeft } from "./api-error.ts";

export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  /** Sends an object as one event; resolves when the client has taken it. @throws ApiError if the client has left */
  send(data: unknown): Promise<void>;
  /** Ends the stream with OpenAI's last event. */
  done(): Promise<void>;
  /** Ends it after an error, which is the last event. */
  fail(error: unknown): Promise<void>;
}

export function eventStream(): EventStream {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>(undefined, { highWaterMark: 1 });
  const writer = writable.getWriter();
  writer.closed.catch(() => {}); // `send` rejects too
  const encoder = new TextEncoder();
  const write = (data: string) =>
    writer.write(encoder.encode(`data: ${data}\n\n`)).catch(() => {
      throw clientLeft();
    });
  const end = async (last: string) => {
    try {
      await write(last);
      await writer.close();
    } catch {} // the client left
  };
  return {
    body: readable,
    send: (data) => write(JSON.stringify(data)),
    done: () => end("[DONE]"),
    fail: (error) => end(JSON.stringify(error)),
  };
}
