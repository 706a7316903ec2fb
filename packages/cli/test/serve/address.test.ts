/** The address of --host: who can reach it is said by the address, not by its name. */
import type { lookup } from "node:dns/promises";
import { expect, test } from "vitest";
import { addressOf } from "../../src/serve/address.ts";

const resolvingTo = (address: string) => (async () => ({ address, family: 4 })) as unknown as typeof lookup;

test.each([
  ["127.0.0.1", "127.0.0.1"],
  ["::1", "::1"],
  ["[::1]", "::1"],
])("%s is the address %s of this machine alone", async (host, address) => {
  expect(await addressOf(host, false)).toBe(address);
});

test("localhost is looked up", async () => {
  expect(["127.0.0.1", "::1"]).toContain(await addressOf("localhost", false));
});

test("a name under localhost that is another address is not trusted by its name", async () => {
  await expect(addressOf("pc.localhost", false, resolvingTo("192.0.2.1"))).rejects.toThrow(
    "others can reach the address pc.localhost (192.0.2.1): give --api-key, or --host 127.0.0.1",
  );
  expect(await addressOf("pc.localhost", false, resolvingTo("127.0.0.1"))).toBe("127.0.0.1");
  expect(await addressOf("pc.localhost", true, resolvingTo("192.0.2.1"))).toBe("192.0.2.1");
});

test("a name without an address is refused by name", async () => {
  const failing = (() => Promise.reject(new Error("getaddrinfo ENOTFOUND"))) as unknown as typeof lookup;
  await expect(addressOf("nowhere", true, failing)).rejects.toThrow('--host "nowhere" is no address of this machine');
});
