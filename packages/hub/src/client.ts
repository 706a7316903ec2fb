/**
 * The connection to a hub: requests through the environment's proxies, with the token for the hub's own address alone, and
 * every failure as a HubError. undici is what Node's fetch is made of; Node 20 does not show its proxies. The registry's is
 * used whole, fetch and agent, so that both are of one version.
 */
import { readFile } from "node:fs/promises";
import { HubError } from "./hub-error.ts";
import { networkError, statusError } from "./refusals.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import { clean, type HubSettings } from "./settings.ts";

export interface HubClient {
  /** As it is in settings. */
  readonly endpoint: string;
  /**
   * One request, `subject` being what messages call it. Redirects are followed, without the token where they lead elsewhere.
   * @throws HubError for every answer but 2xx, and for none
   */
  request(url: string, init: RequestInit, subject: string): Promise<Response>;
  /** What `attempt` gives, with retries; whatever it throws that is no HubError is taken for a failure of the connection. */
  retrying<T>(attempt: () => Promise<T>): Promise<T>;
  /** Lets the connections go. */
  close(): Promise<void>;
}

/** Connects to the hub of `settings`; nothing is sent yet. @throws HubError for a token or a proxy that cannot be one */
export async function connect(settings: HubSettings, options: RetryOptions = {}): Promise<HubClient> {
  const { EnvHttpProxyAgent, fetch } = await import("undici");
  const { endpoint, proxies } = settings;
  const { host, origin } = new URL(endpoint);
  const token = await tokenOf(settings);
  const idle = 1000 * settings.idleSeconds;
  const times = { headersTimeout: idle, bodyTimeout: idle };
  checkProxies(settings);
  const dispatcher = new EnvHttpProxyAgent({ ...proxies, ...times, proxyTunnel: false });
  const { signal } = options;
  let reached = false;

  const request: HubClient["request"] = async (url, init, subject) => {
    const headers = new Headers(init.headers);
    headers.set("accept-encoding", "identity"); // so that ranges and lengths are those of the file
    headers.set("user-agent", "tsgpt");
    const isHub = new URL(url).origin === origin;
    if (token !== undefined && isHub) headers.set("authorization", `Bearer ${token}`);
    const fields = Object.fromEntries(headers);
    const answer = await fetch(url, { ...(signal && { signal }), headers: fields, dispatcher });
    reached = true;
    const response = answer as unknown as Response; // the two undicis' types differ, their objects do not
    if (response.ok) return response;
    await response.body?.cancel();
    throw statusError(response, { subject, settings, hasToken: token !== undefined });
  };

  const asHubError = (error: unknown): unknown => {
    const isNetwork = !(error instanceof HubError) && (error as NodeJS.ErrnoException).syscall === undefined; // else the disk's
    return isNetwork && !signal?.aborted ? networkError(error as Error, host, reached) : error;
  };
  const retrying: HubClient["retrying"] = (attempt) =>
    withRetries(() => attempt().catch((error: unknown) => Promise.reject(asHubError(error))), options);
  return { endpoint, request, retrying, close: () => dispatcher.destroy() };
}

async function tokenOf({ token, tokenFile }: HubSettings): Promise<string | undefined> {
  const found = token ?? clean(await readFile(tokenFile ?? "", "utf8").catch(() => undefined));
  if (found === undefined || /^[\x21-\x7e]+$/.test(found)) return found;
  const where = token === undefined ? tokenFile : "HF_TOKEN";
  throw new HubError(`the token in ${where} holds characters that no token has: set it again`); // and it stays untold
}

function checkProxies({ proxies: { httpProxy, httpsProxy } }: HubSettings): void {
  const wrong = [httpProxy, httpsProxy].some((proxy) => proxy !== "" && !URL.canParse(proxy));
  if (wrong) throw new HubError("HTTP_PROXY and HTTPS_PROXY must be addresses, such as http://proxy.example:3128");
}
