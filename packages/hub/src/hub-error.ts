/** The error of the hub and its cache: one line that says what was asked for, what came, and what to do. */

export interface HubErrorDetails {
  /** Of the answer, where there was one. */
  readonly status?: number | undefined;
  /** True for what may well go better in a moment: a cut, too many requests, a server's own failure. */
  readonly transient?: boolean | undefined;
  /** Seconds that the server asks to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A model that cannot be had from the hub, or from the cache. */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly status: number | undefined;
  readonly transient: boolean;
  readonly retryAfter: number | undefined;

  constructor(message: string, { status, transient = false, retryAfter, cause }: HubErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.status = status;
    this.transient = transient;
    this.retryAfter = retryAfter;
  }
}
