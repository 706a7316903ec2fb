/** The error of the hub and its cache: one line with what was requested, what happened, and the fix. */

/** What is known of a failure besides its message. */
export interface HubErrorDetails {
  /** The HTTP status, if there was a response. */
  readonly status?: number | undefined;
  /** True for failures that may succeed on retry: a lost connection, too many requests, a server error. */
  readonly transient?: boolean | undefined;
  /** Seconds that the server asks to wait before a retry. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** A model that cannot be fetched from the hub or the cache. */
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
