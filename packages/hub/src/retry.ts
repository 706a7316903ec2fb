/** Retries transient failures after a delay; see HubError.transient. */
import { HubError } from "./hub-error.ts";

/** How retries are followed and ended. */
export interface RetryOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called before every wait. */
  readonly onRetry?: ((reason: string, seconds: number) => void) | undefined;
  /** Waits `seconds`; replaced in tests. */
  readonly sleep?: ((seconds: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

const RETRIES = 5;
const LONGEST_WAIT = 3600; // seconds; a longer wait is reported instead

/**
 * The result of `attempt`, tried up to six times; between attempts it waits as the server says, or half a second,
 * doubling.
 * @throws the last error if none succeeded; immediately one that is not transient; AbortError
 */
export async function withRetries<T>(attempt: () => Promise<T>, options: RetryOptions = {}): Promise<T> {
  const { signal, onRetry, sleep = sleepFor } = options;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof HubError && error.transient)) throw error;
      if (failures === RETRIES) throw finalError(error, `tried ${RETRIES + 1} times`);
      const seconds = error.retryAfter ?? 2 ** failures / 2;
      if (seconds > LONGEST_WAIT) throw finalError(error, `asked to wait ${Math.ceil(seconds / 60)} minutes`);
      onRetry?.(error.message, seconds);
      await sleep(seconds, signal);
    }
  }
}

function sleepFor(seconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      if (signal?.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, 1000 * seconds);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

function finalError(error: HubError, why: string): HubError {
  return new HubError(`${error.message} (${why}; try again later)`, { status: error.status, cause: error });
}

/**
 * The delay in seconds that a response asks for: Retry-After, a number or a date, or the hub's own RateLimit
 * (`"api";r=0;t=55`).
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfter(headers: Headers, now: number = Date.now()): number | undefined {
  const text = headers.get("retry-after")?.trim();
  if (text && /^\d+$/.test(text)) return Number(text);
  const date = text ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return Math.max(0, (date - now) / 1000);
  const reset = /\br\s*=\s*0\s*;\s*t\s*=\s*(\d+)/.exec(headers.get("ratelimit") ?? "")?.[1];
  return reset === undefined ? undefined : Number(reset);
}
