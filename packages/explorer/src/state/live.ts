/** Answers of the worker that follow what the page shows: a question is asked again when what it depends on changes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Requests, RequestType } from "../protocol.ts";
import { ask, info } from "./engine.ts";

export interface Live<Value> {
  /** The last answer; undefined before the first. */
  readonly value: ReadonlySignal<Value | undefined>;
  readonly error: ReadonlySignal<string | undefined>;
}

/** Of a question whose answer takes long. */
export interface LiveOptions<Progress> {
  /** Cancels the question that is being answered when another comes; without it, that waits for the answer. */
  readonly isCancelled: boolean;
  /** Undefined when a question ends. */
  readonly onProgress?: (progress: Progress | undefined) => void;
}

/**
 * Asks what `question` returns, again whenever a signal that it reads changes; nothing while it returns undefined. One
 * question at a time: of those that come meanwhile, only the last is asked. An answer of another model is forgotten.
 */
export function live<Type extends RequestType>(
  type: Type,
  question: () => Requests[Type]["asks"] | undefined,
  { isCancelled, onProgress }: LiveOptions<Requests[Type]["reports"]> = { isCancelled: false },
): Live<Requests[Type]["gives"]> {
  const value = signal<Requests[Type]["gives"] | undefined>(undefined);
  const error = signal<string | undefined>(undefined);
  let next: Requests[Type]["asks"] | undefined;
  let isAsking = false;
  let current: AbortController | undefined;
  const askAll = async () => {
    isAsking = true;
    while (next !== undefined) {
      const asks = next;
      const of = info.peek();
      next = undefined;
      try {
        current = new AbortController();
        const options = { signal: current.signal, ...(onProgress && { onProgress }) };
        const answer = await ask(type, asks, options);
        if (info.peek() !== of) continue;
        value.value = answer;
        error.value = undefined;
      } catch (problem) {
        const { name, message } = problem as Error;
        if (info.peek() === of && name !== "AbortError") error.value = message;
      }
    }
    isAsking = false;
    onProgress?.(undefined);
  };
  effect(() => {
    void info.value;
    value.value = undefined;
    error.value = undefined;
  });
  effect(() => {
    next = question();
    if (isCancelled) current?.abort();
    if (!isAsking) void askAll();
  });
  return { value, error };
}
