/**
 * Answers requests: each once, by a result or an error; a cancelled one too. Progress, and in a run everything, is said
 * in one message a frame.
 */
import type { FromWorker, RequestType, ToWorker } from "../protocol.ts";
import type { Job } from "./handler.ts";
import type { Handlers } from "./handlers.ts";
import { createOutbox, type Post } from "./outbox.ts";
import { createTurns } from "./turns.ts";

/** Requests after which a text is another one, and a race, which is to be alone: they end a run, and a race. */
const ENDS_RUN: readonly RequestType[] = ["load", "open", "step", "run", "back", "race", "intervene"];
const IS_RUN: readonly RequestType[] = ["run", "race"];

/** A function that takes the page's messages. `post` receives the answers. */
export function createAnswerer(handlers: Handlers, post: Post): (message: ToWorker) => Promise<void> {
  const turn = createTurns();
  const outbox = createOutbox(post);
  const jobs = new Map<number, { readonly type: RequestType; readonly controller: AbortController }>();
  const runs = () => [...jobs.values()].filter(({ type }) => IS_RUN.includes(type));
  const answer = (answer: FromWorker, transfer: Transferable[]): void =>
    runs().length > 0 ? outbox.add(answer, transfer) : outbox.addNow(answer, transfer);
  return async (message) => {
    const { type, request } = message;
    if (type === "cancel") {
      jobs.get(request)?.controller.abort();
      return;
    }
    if (ENDS_RUN.includes(type)) for (const { controller } of runs()) controller.abort();
    const controller = new AbortController();
    jobs.set(request, { type, controller });
    const report = (value: unknown) => outbox.add({ type: "progress", request, value }, buffersOf(value));
    const reportLatest = (value: unknown) => outbox.addLatest({ type: "progress", request, value });
    try {
      const handler = handlers[type] as (asks: unknown, job: Job<never>) => Promise<unknown>;
      const value = await handler(message.asks, { signal: controller.signal, turn, report, reportLatest });
      answer({ type: "result", request, value }, buffersOf(value));
    } catch (error) {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      answer({ type: "error", request, name, message: text }, []);
    } finally {
      jobs.delete(request);
    }
  };
}

/** The memory of a result's arrays, at any depth, which the worker has no use for afterwards. */
function buffersOf(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) return [value.buffer as ArrayBuffer];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(buffersOf) : [];
}
