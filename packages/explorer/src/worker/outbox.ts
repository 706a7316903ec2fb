/** What the worker has to say, in one message a frame, so that a fast worker does not flood the page. */
import type { FromWorker } from "../protocol.ts";
import { FRAME } from "./frame-gate.ts";

/** Posts a message to the page: all of what has been said since the last one, in that order. */
export type Post = (said: readonly FromWorker[], transfer: Transferable[]) => void;

export interface Outbox {
  /** Says something in this frame's message if none was posted, and otherwise in the next one's. */
  add(said: FromWorker, transfer: Transferable[]): void;
  /** The same, in place of the request's latest that waits. */
  addLatest(said: FromWorker): void;
  /** Says something now, and what waits before it. */
  addNow(said: FromWorker, transfer: Transferable[]): void;
}

export function createOutbox(post: Post): Outbox {
  let waiting: FromWorker[] = [];
  let transfers: Transferable[] = [];
  const latest = new WeakSet<FromWorker>();
  let next = Number.NEGATIVE_INFINITY; // when the next frame begins
  let timer: ReturnType<typeof setTimeout> | undefined;
  const push = (said: FromWorker, transfer: Transferable[]): void => {
    waiting.push(said);
    transfers.push(...transfer);
  };
  const flush = (): void => {
    const [said, transfer] = [waiting, transfers];
    clearTimeout(timer);
    timer = undefined;
    [waiting, transfers] = [[], []];
    next = performance.now() + FRAME;
    post(said, transfer);
  };
  const add = (said: FromWorker, transfer: Transferable[]): void => {
    push(said, transfer);
    const left = next - performance.now();
    if (left <= 0) flush();
    else timer ??= setTimeout(flush, Math.ceil(left));
  };
  return {
    add,
    addLatest: (said) => {
      waiting = waiting.filter((one) => one.request !== said.request || !latest.has(one));
      latest.add(said);
      add(said, []);
    },
    addNow: (said, transfer) => {
      push(said, transfer);
      flush();
    },
  };
}
