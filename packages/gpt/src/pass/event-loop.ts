/** Lets timers, signals and I/O run. That takes a macrotask: awaiting a resolved promise lets none of them in. */

/** What is used of MessageChannel and setImmediate, which Node and browsers declare differently. */
interface Port {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

const host = globalThis as unknown as {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel: new () => { port1: Port; port2: Port };
};

/** Resolves in a later turn of the event loop: by setImmediate in Node, by a message to itself in a browser. */
export function yieldToEventLoop(): Promise<void> {
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
