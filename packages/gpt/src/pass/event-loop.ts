/** Letting other work run: timers, signals, I/O. Needs a macrotask; a resolved promise alone would not let any in. */

/** The two hosts declare their own MessageChannel and setImmediate; this is what is used of them. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const host = globalThis as unknown as {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel: new () => { port1: Port; port2: Port };
};

/** Resolves after the event loop has had a turn. Node has setImmediate; a browser takes a message to itself. */
export function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (host.setImmediate) {
      host.setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new host.MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
