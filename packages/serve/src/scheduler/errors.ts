/** The errors of the scheduler. */

/** The queue is full; `retryAfterSeconds` estimates when a place is free. */
export class QueueFullError extends Error {
  override readonly name = "QueueFullError";
  readonly retryAfterSeconds: number;

  constructor(waiting: number, retryAfterSeconds: number) {
    const seconds = `${retryAfterSeconds} ${retryAfterSeconds === 1 ? "second" : "seconds"}`;
    super(`the queue is full: ${waiting} requests are waiting; try again in about ${seconds}`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The cache of one sequence exceeds the limit of all: it could never run. */
export class CacheLimitError extends RangeError {
  override readonly name = "CacheLimitError";
}

/** The scheduler has been closed. */
export class ClosedError extends Error {
  override readonly name = "ClosedError";

  constructor() {
    super("the server is shutting down and accepts no more requests; use another, or try again after its restart");
  }
}
