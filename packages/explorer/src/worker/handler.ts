/** The form of a handler: what the worker does for a request. */
import type { Requests, RequestType } from "../protocol.ts";
import type { Turn } from "./turns.ts";
import type { Workplace } from "./workplace.ts";

/** What a handler works with, besides what is asked. */
export interface Job<Type extends RequestType> {
  readonly signal: AbortSignal;
  /** Every piece of work on the session is a turn. */
  readonly turn: Turn;
  /** Says how far the work is. Every report arrives. */
  readonly report: (value: Requests[Type]["reports"]) => void;
  /** Says how far the work is. A report that has not been posted when the next one comes is replaced by it. */
  readonly reportLatest: (value: Requests[Type]["reports"]) => void;
}

/** Handlers of some requests. */
export type HandlersOf<R extends Partial<Requests>> = {
  readonly [Type in keyof R & RequestType]: (
    asks: Requests[Type]["asks"],
    job: Job<Type>,
  ) => Promise<Requests[Type]["gives"]>;
};

/** The handlers of one section, for a worker's session. */
export type Section<R extends Partial<Requests>> = (workplace: Workplace) => HandlersOf<R>;
