/**
 * The connection to a hub: requests go through the environment's proxies, the token is sent only to the hub's own
 * address, and every failure is a HubError. Node's fetch is undici, but Node 20 does not expose its proxies; the
 * package from the registry is used for both fetch and agent, so that their versions match.
 */
import { readFile } from "node:fs/promises";
import type { HubClient } from "./hub-client.ts";
import { HubError } from "./hub-error.ts";
import { networkError } from "./network-error.ts";
import { statusError } from "./refusals.ts";
import { type RetryOptions, withRetries } from "./retry.ts";
import { clean, type HubSettings } from "./settings.ts";

/** Creates a client for the hub of `settings`; sends nothing yet. @throws HubError for an invalid token or proxy */
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
    headers.set("accept-encoding", "identity"); // so that ranges and lengths refer to the file
    headers.set("user-agent", "tsgpt");
    const isHub = new URL(url).origin === origin;
    if (token !== undefined && isHub) headers.set("authorization", `Bearer ${token}`);
    const fields = Object.fromEntries(headers);
    const answer = await fetch(url, { ...(signal && { signal }), headers: fields, dispatcher });
    reached = true;
    const response = answer as unknown as Response; // the types of the two versions differ, the objects do not
    if (response.ok) return response;
    await response.body?.cancel();
    throw statusError(response, { subject, endpoint, hasToken: token !== undefined, advice: tokenAdvice(settings) });
  };

  const asHubError = (error: unknown): unknown => {
    // otherwise a disk error
    const isNetwork = !(error instanceof HubError) && (error as NodeJS.ErrnoException).syscall === undefined;
    return isNetwork && !signal?.aborted ? networkError(error as Error, host, reached) : error;
  };
  const retrying: HubClient["retrying"] = (attempt) =>
    withRetries(() => attempt().catch((error: unknown) => Promise.reject(asHubError(error))), options);
  return { endpoint, request, retrying, close: () => dispatcher.destroy() };
}

function tokenAdvice({ tokenFile }: HubSettings): string {
  return `set a token in ${tokenFile === undefined ? "HF_TOKEN" : `HF_TOKEN or ${tokenFile}`}`;
}

async function tokenOf({ token, tokenFile }: HubSettings): Promise<string | undefined> {
  const found = token ?? clean(await readFile(tokenFile ?? "", "utf8").catch(() => undefined));
  if (found === undefined || /^[\x21-\x7e]+$/.test(found)) return found;
  const where = token === undefined ? tokenFile : "HF_TOKEN";
  // the token itself is not printed
  throw new HubError(`the token in ${where} has characters that are not valid in a token: set it again`);
}

function checkProxies({ proxies: { httpProxy, httpsProxy } }: HubSettings): void {
  const wrong = [httpProxy, httpsProxy].some((proxy) => proxy !== "" && !URL.canParse(proxy));
  if (wrong) throw new HubError("HTTP_PROXY and HTTPS_PROXY must be addresses, such as http://proxy.example:3128");
}
