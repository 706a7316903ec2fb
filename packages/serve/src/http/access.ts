/**
 * Who may use a server. With an API key, whoever knows it. Without one the server is on loopback, and a web page that
 * the user visits must not reach it: a request whose Host is another name (DNS rebinding) is refused.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";
import { ApiError } from "./api-error.ts";

/** Whether only this machine can reach an address. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  if (bare === "localhost" || bare.endsWith(".localhost")) return true;
  return (isIPv4(bare) && bare.startsWith("127.")) || (isIPv6(bare) && bare === "::1");
}

/**
 * A check of the Authorization header, in a time that does not depend on the key.
 * @throws ApiError, 401, by the check
 */
export function keyCheck(key: string): (authorization: string | undefined) => void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const expected = digest(key);
  return (authorization = "") => {
    const given = /^Bearer +(.*)$/is.exec(authorization)?.[1] ?? "";
    if (timingSafeEqual(digest(given), expected) && given !== "") return;
    const problem = authorization === "" ? "the API key is missing" : "the API key is wrong";
    throw new ApiError(`${problem}; send the header Authorization: Bearer KEY`, {
      status: 401,
      code: "invalid_api_key",
      headers: { "WWW-Authenticate": "Bearer" },
    });
  };
}

/** @throws ApiError, 403, unless the Host header names this machine */
export function checkHost(host: string | undefined): void {
  const name = host?.replace(/:\d*$/, "") ?? "";
  if (isLoopback(name)) return;
  const fix = "use 127.0.0.1, or start the server with an API key";
  throw new ApiError(`the Host ${JSON.stringify(name.slice(0, 80))} is not this machine's; ${fix}`, {
    status: 403,
    code: "wrong_host",
  });
}

/** Whether a text is an origin as browsers send it, such as http://localhost:3000, without a path; or "*" for all. */
export function isOrigin(text: string): boolean {
  return text === "*" || (URL.canParse(text) && new URL(text).origin === text);
}
