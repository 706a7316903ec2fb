/** The address of a server, from the name or address that `--host` gives. */
import { lookup } from "node:dns/promises";
import { isLoopback } from "@tsgpt/serve";
import { CliError, usageError } from "../cli-error.ts";

/**
 * The address to listen on. A name is looked up, because only an address says who can reach it.
 * @throws CliError for a name without an address, and without a key for an address that others can reach
 */
export async function addressOf(host: string, hasKey: boolean, resolve = lookup): Promise<string> {
  if (host === "") throw usageError("--host is empty; give an address of this machine, such as 127.0.0.1");
  const bare = host.replace(/^\[(.*)\]$/, "$1"); // as in the URL of an IPv6 address
  const { address } = await resolve(bare).catch(() => {
    throw noAddress(host);
  });
  if (hasKey || isLoopback(address)) return address;
  const shown = address === bare ? address : `${host} (${address})`;
  throw usageError(`others can reach the address ${shown}: give --api-key, or --host 127.0.0.1`);
}

export function noAddress(host: string): CliError {
  const fix = "use 127.0.0.1, or 0.0.0.0 for all";
  return new CliError(`--host ${JSON.stringify(host)} is no address of this machine; ${fix}`, 1);
}
