/** Translates the hub's refusals into one line that says what to do. */
import { HubError } from "./hub-error.ts";
import { retryAfter } from "./retry.ts";

/** A request that was refused, and what is known of it. */
export interface Refused {
  /** The request's subject: `org/name`, or a file of it. */
  readonly subject: string;
  readonly endpoint: string;
  readonly hasToken: boolean;
  /** What to do where a token is needed: `set a token in HF_TOKEN`. */
  readonly advice: string;
}

/** The error for a response that is not 2xx. */
export function statusError(response: Response, refused: Refused): HubError {
  const { status, headers } = response;
  const code = headers.get("x-error-code") ?? "";
  const transient = status === 408 || status === 429 || status >= 500;
  const message = `${refused.subject}: ${reasonOf(status, code, refused)} (HTTP ${status})`;
  return new HubError(message, { status, transient, retryAfter: transient ? retryAfter(headers) : undefined });
}

function reasonOf(status: number, code: string, { endpoint, hasToken, advice }: Refused): string {
  const { host } = new URL(endpoint);
  switch (status) {
    case 401:
      return hasToken
        ? `${host} rejects the token, or there is no such model: check both`
        : `no such model on ${host}, or it needs a token: check the name, or ${advice}`;
    case 403:
      return hasToken
        ? `${host} does not accept this token: if the model is gated, accept its terms on its page`
        : `${host} requires a token, and its terms accepted on the model's page: ${advice}`;
    case 404:
      return NOT_FOUND[code] ?? `not found on ${host}`;
    case 416:
      return `${host} does not support resuming this file`;
    case 429:
      return `too many requests to ${host}`;
    default:
      return status >= 500 ? `${host} reports a server error` : `${host} refuses`;
  }
}

const NOT_FOUND: Readonly<Record<string, string>> = {
  RepoNotFound: "there is no such model on the hub",
  RevisionNotFound: "the model has no such revision",
  EntryNotFound: "the revision has no such file",
};
