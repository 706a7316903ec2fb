/** Answers of the worker that follow what the page shows: a question is asked again when what it depends on changes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Requests, RequestType } from "../protocol.ts";
import { ask, info } from "./engine.ts";

export interface Live<Value> {
  /** The last answer; undefined before the first. */
  readonly value: ReadonlySignal<Value | undefined>;
  readonly error: ReadonlySignal<string | undefined>;
}

/**
 * Asks what `question` returns, again whenever a signal that it reads changes; nothing while it returns undefined. One
 * question at a time: of those that come meanwhile, only the last is asked. An answer of another model is forgotten.
 */
export function live<Type extends RequestType>(
  type: Type,
  question: () => Requests[Type]["asks"] | undefined,
): Live<Requests[Type]["gives"]> {
  const value = signal<Requests[Type]["gives"] | undefined>(undefined);
  const error = signal<string | undefined>(undefined);
  let next: Requests[Type]["asks"] | undefined;
  let isAsking = false;
  const askAll = async () => {
    isAsking = true;
    while (next !== undefined) {
      const asks = next;
      const of = info.peek();
      next = undefined;
      try {
        const answer = await ask(type, asks);
        if (info.peek() !== of) continue;
        value.value = answer;
        error.value = undefined;
      } catch (problem) {
        if (info.peek() === of) error.value = (problem as Error).message;
      }
    }
    isAsking = false;
  };
  effect(() => {
    void info.value;
    value.value = undefined;
    error.value = undefined;
  });
  effect(() => {
    next = question();
    if (!isAsking) void askAll();
  });
  return { value, error };
}
