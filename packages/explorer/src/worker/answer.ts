/** Answers requests: each once, by a result or an error; a cancelled one too. */
import type { FromWorker, RequestType, ToWorker } from "../protocol.ts";
import type { Job } from "./handler.ts";
import type { Handlers } from "./handlers.ts";
import { createTurns } from "./turns.ts";

/** Requests after which a text is another one, and a race, which is to be alone: they end a run, and a race. */
const ENDS_RUN: readonly RequestType[] = ["load", "open", "step", "run", "back", "race", "intervene"];
const IS_RUN: readonly RequestType[] = ["run", "race"];

type Send = (message: FromWorker, transfer: Transferable[]) => void;

/** A function that takes the page's messages. `send` receives the answers. */
export function createAnswerer(handlers: Handlers, send: Send): (message: ToWorker) => Promise<void> {
  const turn = createTurns();
  const jobs = new Map<number, { readonly type: RequestType; readonly controller: AbortController }>();
  return async (message) => {
    const { type, request } = message;
    if (type === "cancel") {
      jobs.get(request)?.controller.abort();
      return;
    }
    if (ENDS_RUN.includes(type)) for (const job of jobs.values()) if (IS_RUN.includes(job.type)) job.controller.abort();
    const controller = new AbortController();
    jobs.set(request, { type, controller });
    const report = (value: unknown) => send({ type: "progress", request, value }, buffersOf(value));
    try {
      const handler = handlers[type] as (asks: unknown, job: Job<never>) => Promise<unknown>;
      const value = await handler(message.asks, { signal: controller.signal, turn, report });
      send({ type: "result", request, value }, buffersOf(value));
    } catch (error) {
      const { name, message: text } = error instanceof Error ? error : new Error(String(error));
      send({ type: "error", request, name, message: text }, []);
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
