/** Whether a Redis answers, and what to do about one that does not. */
import type { Redis } from "ioredis";
import { BatchError } from "../batch-error.ts";

/** The address as messages show it. */
export function withoutPassword(url: string): string {
  const shown = new URL(url);
  shown.password = "";
  return shown.href;
}

interface Reach {
  readonly url: string;
  /** Milliseconds in which it must answer. */
  readonly within: number;
  readonly signal: AbortSignal;
}

/** @throws BatchError for a Redis that does not answer in time, or refuses; the reason of the signal */
export async function checkReachable(Client: typeof Redis, { url, within, signal }: Reach): Promise<void> {
  const client = new Client(url, { lazyConnect: true, retryStrategy: () => null });
  const failed = new Promise<never>((_, reject) => client.on("error", reject)); // before connect rejects without why
  try {
    await Promise.race([failed, client.connect().then(() => client.ping()), timeout(within, signal)]);
  } catch (error) {
    signal.throwIfAborted();
    const why = (error as Error).message;
    throw new BatchError(
      `cannot reach the queue at ${withoutPassword(url)}: ${why}; ${adviceFor(why)}, or omit the queue`,
    );
  } finally {
    client.disconnect();
  }
}

/** Rejects when the time is over, or with the signal. */
function timeout(milliseconds: number, signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(new Error(`no answer in ${milliseconds / 1000} s`));
    setTimeout(end, milliseconds).unref();
    signal.addEventListener("abort", end, { once: true });
    if (signal.aborted) end();
  });
}

const ADVICE = [
  [/NOAUTH|WRONGPASS/, "put the password into the address: redis://USER:PASSWORD@host:port"],
  [/NOPERM/, "give its user all rights, as +@all ~* in its ACL"],
  [/OOM|maxmemory/, "give Redis more memory (maxmemory)"],
  [/MISCONF/, "make space on the disk of Redis, which cannot save its data"],
  [/READONLY/, "give the address of the primary, which this is a replica of"],
  [/LOADING/, "wait until it has loaded its data"],
  [/ENOTFOUND|EAI_AGAIN/, "check the name of the host"],
  [/no answer|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, "check the address, and that no firewall is between"],
  [
    /ECONNRESET|Connection is closed|SSL|TLS|EPROTO|certificate/i,
    "check the address: rediss: is for TLS, redis: without",
  ],
  [/ECONNREFUSED/, "start a Redis server there"],
] as const;

/** What to do about an error of Redis or of the connection to it. */
export function adviceFor(message: string): string {
  return ADVICE.find(([pattern]) => pattern.test(message))?.[1] ?? "check that a Redis server is there, and ready";
}
