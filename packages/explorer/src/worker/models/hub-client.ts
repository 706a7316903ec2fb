/**
 * The connection to the hub from a page: its own fetch, no token. Where the hub is, is set when the page is built,
 * which also writes it into the page's policy.
 */
import { type HubClient, HubError, type RetryOptions, statusError, withRetries } from "@tsgpt/hub/remote";

/** What vite.config.ts writes into the page. */
interface Settings {
  readonly TSGPT_EXPLORER_HUB?: string;
}

/** The hub's address. */
export function hubAddress(): string {
  return (import.meta.env as Settings | undefined)?.TSGPT_EXPLORER_HUB ?? "https://huggingface.co";
}

interface ConnectOptions extends Pick<RetryOptions, "sleep"> {
  readonly signal: AbortSignal;
  /** Called before every wait. */
  readonly onRetry?: (reason: string) => void;
}

export function connectHub(endpoint: string, { signal, onRetry, sleep }: ConnectOptions): HubClient {
  const { host } = new URL(endpoint);
  let isReached = false;
  const failure = (cause: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    if (!(cause instanceof TypeError)) return cause; // fetch throws it for every failure of the network
    const problem = isReached
      ? `the connection to ${host} was lost`
      : `cannot reach ${host}: there is no network, or it does not answer web pages; kept models need no network`;
    return new HubError(problem, { transient: isReached, cause });
  };
  const request: HubClient["request"] = async (url, init, subject) => {
    const asked = { ...init, signal, credentials: "omit", cache: "no-store" } as const;
    const response = await fetch(url, asked).catch((cause: unknown) => Promise.reject(failure(cause)));
    isReached = true;
    if (response.ok) return response;
    void response.body?.cancel();
    const advice = "download it in another way, and open its folder; this page sends no token";
    throw statusError(response, { subject, endpoint, hasToken: false, advice });
  };
  const retrying: HubClient["retrying"] = (attempt) =>
    withRetries(() => attempt().catch((cause: unknown) => Promise.reject(failure(cause))), { signal, onRetry, sleep });
  return { endpoint, hidesHeaders: true, request, retrying, close: async () => {} };
}
