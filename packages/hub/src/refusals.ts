/** Translates the hub's refusals and network errors into one line that says what to do. */
import { quote } from "@tsgpt/gpt";
import { HubError } from "./hub-error.ts";
import { retryAfter } from "./retry.ts";
import type { HubSettings } from "./settings.ts";

export interface Refused {
  /** The request's subject: `org/name`, or a file of it. */
  readonly subject: string;
  readonly settings: HubSettings;
  readonly hasToken: boolean;
}

/** The error for a response that is not 2xx. */
export function statusError(response: Response, refused: Refused): HubError {
  const { status, headers } = response;
  const code = headers.get("x-error-code") ?? "";
  const transient = status === 408 || status === 429 || status >= 500;
  const message = `${refused.subject}: ${reasonOf(status, code, refused)} (HTTP ${status})`;
  return new HubError(message, { status, transient, retryAfter: transient ? retryAfter(headers) : undefined });
}

function reasonOf(status: number, code: string, { settings, hasToken }: Refused): string {
  const { host } = new URL(settings.endpoint);
  switch (status) {
    case 401:
      return hasToken
        ? `${host} rejects the token, or there is no such model: check both`
        : `no such model on ${host}, or it needs a token: ` +
            `check the name, or set a token in ${tokenPlaces(settings)}`;
    case 403:
      return hasToken
        ? `${host} does not accept this token: if the model is gated, accept its terms on its page`
        : `${host} requires a token, and its terms accepted on the model's page: ` +
            `set a token in ${tokenPlaces(settings)}`;
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

function tokenPlaces({ tokenFile }: HubSettings): string {
  return tokenFile === undefined ? "HF_TOKEN" : `HF_TOKEN or ${tokenFile}`;
}

const NOT_FOUND: Readonly<Record<string, string>> = {
  RepoNotFound: "there is no such model on the hub",
  RevisionNotFound: "the model has no such revision",
  EntryNotFound: "the revision has no such file",
};

/** Errors of the first request that a retry would not solve. */
const UNREACHABLE = [
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
];

/** The error of a request without a complete response; `reached` is whether an earlier one had one. */
export function networkError(error: Error, host: string, reached: boolean): HubError {
  let cause: NodeJS.ErrnoException = error;
  while (cause.cause instanceof Error) cause = cause.cause; // undici wraps a socket's or proxy's error up to twice
  const { code = "" } = cause;
  const proxy = /Proxy response \((\d+)\)/.exec(cause.message)?.[1];
  if (proxy) return new HubError(`the proxy refuses to connect to ${host} (HTTP ${proxy})`, { cause: error });
  if (/CERT|SIGNATURE|SELF_SIGNED|UNABLE_TO/.test(code))
    return new HubError(`${host} has no valid certificate (${code}); behind a proxy, set NODE_EXTRA_CA_CERTS`, {
      cause: error,
    });
  if (UNREACHABLE.includes(code) && !reached)
    return new HubError(`cannot reach ${host} (${code}); cached models need no network with option offline`, {
      cause: error,
    });
  if (!code) return new HubError(`${host} cannot be asked: ${quote(cause.message).slice(1, -1)}`, { cause: error });
  return new HubError(`the connection to ${host} was lost (${code})`, { transient: true, cause: error });
}
