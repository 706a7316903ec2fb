/** Answers of the worker that follow what the page shows: a question is asked again when what it depends on changes. */
import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Requests, RequestType } from "../protocol.ts";
import { ask } from "./engine.ts";

export interface Live<Value> {
  /** The last answer; undefined before the first. */
  readonly value: ReadonlySignal<Value | undefined>;
  readonly error: ReadonlySignal<string | undefined>;
}

/**
 * Asks what `question` returns, again whenever a signal that it reads changes; nothing while it returns undefined. One
 * question at a time: of those that come meanwhile, only the last is asked.
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
      next = undefined;
      try {
        value.value = await ask(type, asks);
        error.value = undefined;
      } catch (problem) {
        error.value = (problem as Error).message;
      }
    }
    isAsking = false;
  };
  effect(() => {
    next = question();
    if (!isAsking) void askAll();
  });
  return { value, error };
}
