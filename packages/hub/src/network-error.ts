/** Translates Node's network errors into one line that says what to do. */
import { quote } from "@tsgpt/gpt";
import { HubError } from "./hub-error.ts";

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
