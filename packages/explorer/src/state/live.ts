/** Answers of the worker that follow what the page shows: a question is asked again when what it depends on changes. */
import { batch, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Requests, RequestType } from "../protocol.ts";
import { ask, info } from "./engine.ts";

export interface Live<Value> {
  /** The last answer; undefined before the first, after an error, and while nothing is asked. */
  readonly value: ReadonlySignal<Value | undefined>;
  readonly error: ReadonlySignal<string | undefined>;
}

/** Of a question whose answer takes long. */
export interface LiveOptions<Progress> {
  /** Cancels the question that is being answered when another comes; without it, that waits for the answer. */
  readonly isCancelled: boolean;
  /** Keeps the last answer while nothing is asked. */
  readonly isKept?: boolean;
  /** Undefined when a question ends. */
  readonly onProgress?: (progress: Progress | undefined) => void;
}

/**
 * Asks what `question` returns, again whenever a signal that it reads changes; nothing while it returns undefined. One
 * question at a time: of those that come meanwhile, only the last is asked. An answer of another model is forgotten,
 * and that of a question before one that failed.
 */
export function live<Type extends RequestType>(
  type: Type,
  question: () => Requests[Type]["asks"] | undefined,
  { isCancelled, isKept, onProgress }: LiveOptions<Requests[Type]["reports"]> = { isCancelled: false },
): Live<Requests[Type]["gives"]> {
  const value = signal<Requests[Type]["gives"] | undefined>(undefined);
  const error = signal<string | undefined>(undefined);
  let next: Requests[Type]["asks"] | undefined;
  let isAsking = false;
  let isWanted = false;
  let current: AbortController | undefined;
  const forget = (problem?: string) => {
    batch(() => {
      value.value = undefined;
      error.value = problem;
    });
  };
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
        if (info.peek() !== of || !isWanted) continue;
        batch(() => {
          value.value = answer;
          error.value = undefined;
        });
      } catch (problem) {
        const { name, message } = problem as Error;
        if (info.peek() === of && isWanted && name !== "AbortError") forget(message);
      }
    }
    isAsking = false;
    onProgress?.(undefined);
  };
  effect(() => {
    void info.value;
    forget();
  });
  effect(() => {
    next = question();
    isWanted = next !== undefined || isKept === true;
    if (!isWanted) forget();
    if (isCancelled) current?.abort();
    if (!isAsking) void askAll();
  });
  return { value, error };
}
