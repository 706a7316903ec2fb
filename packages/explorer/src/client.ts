/** The page's end of the protocol: a request as a promise, with progress and cancellation. */
import type { ModelRequests } from "./protocol/model.ts";
import type { FromWorker, Requests, RequestType, ToWorker } from "./protocol.ts";

interface RequestOptions<Type extends RequestType> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (value: Requests[Type]["reports"]) => void;
}

/** @throws Error with the worker's message; its name is AbortError for a request that was cancelled */
type Ask = <Type extends RequestType>(
  type: Type,
  asks: Requests[Type]["asks"],
  options?: RequestOptions<Type>,
) => Promise<Requests[Type]["gives"]>;

interface Pending {
  readonly type: RequestType;
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress(value: unknown): void;
}

export interface Client {
  readonly ask: Ask;
  /** Takes a message of the worker: all that it had to say. */
  receive(said: readonly FromWorker[]): void;
  /** Rejects every request, and those to come: the worker is gone. */
  fail(reason: string): void;
}

/** `send` is given what goes to the worker. */
export function createClient(send: (message: ToWorker) => void): Client {
  const pending = new Map<number, Pending>();
  let count = 0;
  let gone: string | undefined; // why
  const take = (message: FromWorker): void => {
    const one = pending.get(message.request);
    if (message.type === "progress") {
      one?.onProgress(message.value);
      return;
    }
    pending.delete(message.request);
    if (message.type === "result") one?.resolve(message.value);
    else one?.reject(Object.assign(new Error(sentenceOf(one.type, message.message)), { name: message.name }));
  };
  const ask: Ask = (type, asks, { signal, onProgress } = {}) => {
    const request = count++;
    return new Promise((resolve, reject) => {
      if (gone !== undefined) throw new Error(gone);
      pending.set(request, { type, resolve, reject, onProgress: onProgress ?? (() => {}) } as Pending);
      send({ type, request, asks } as ToWorker);
      const cancel = () => pending.has(request) && send({ type: "cancel", request });
      if (signal?.aborted) cancel();
      else signal?.addEventListener("abort", cancel, { once: true });
    });
  };
  const fail = (reason: string): void => {
    gone = reason;
    for (const { reject } of pending.values()) reject(new Error(reason));
    pending.clear();
  };
  return { ask, receive: (said) => said.forEach(take), fail };
}

/** Requests whose errors begin with the model or the file that they are about. */
const ABOUT_MODELS: Readonly<Record<keyof ModelRequests, true>> = {
  inspect: true,
  load: true,
  keptModels: true,
  deleteModel: true,
};

/**
 * An error's sentence. Others than those about models begin with the function that found the error, which a reader of
 * the page cannot call: it is left out. A model's name may look just like a function's.
 */
function sentenceOf(type: RequestType, message: string): string {
  return type in ABOUT_MODELS ? message : message.replace(/^[a-z]+[A-Za-z]*: /, "");
}
