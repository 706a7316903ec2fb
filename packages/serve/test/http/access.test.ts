/** Who may use a server: the API key, the Host header, and pages of other origins. */
import { expect, test } from "vitest";
import { isLoopback } from "../../src/http/access.ts";
import { ROUTES } from "../../src/http/app.ts";
import { serving } from "./serving.ts";

test.each(["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST", "a.localhost"])(
  "%s is loopback",
  (host) => expect(isLoopback(host)).toBe(true),
);

test.each([
  "0.0.0.0",
  "::",
  "10.0.0.1",
  "127.0.0.1.example.org",
  "localhost.example.org",
  "",
  "1270.0.0.1",
  "::ffff:10.0.0.1",
])("%s is not", (host) => expect(isLoopback(host)).toBe(false));

test("with a key every route needs it but the probes, the document and the page", async () => {
  const { send } = serving({ apiKey: "secret" });
  const open = ["/health", "/ready", "/openapi.json"];
  for (const [route, method] of Object.entries(ROUTES)) {
    const path = route.replace(/:model.*/, "x");
    const { status } = await send(path, { method });
    expect([path, status === 401]).toEqual([path, !open.includes(path)]);
  }
  expect((await send("/")).status).toBe(200);
  expect((await send("/v1/completion%73", { method: "POST" })).status).toBe(401);
});

test("the key is a bearer token, and no part or variant of it is enough", async () => {
  const { send } = serving({ apiKey: "secret" });
  const statusOf = async (authorization: string) =>
    (await send("/v1/models", { headers: { Authorization: authorization } })).status;
  expect(await statusOf("Bearer secret")).toBe(200);
  expect(await statusOf("bearer secret")).toBe(200);
  for (const wrong of [
    "secret",
    "Bearer",
    "Bearer ",
    "Bearer secre",
    "Bearer secret2",
    "Bearer SECRET",
    "Basic secret",
  ]) {
    expect([wrong, await statusOf(wrong)]).toEqual([wrong, 401]);
  }
});

test("the message says what to send, and never the key", async () => {
  const { send } = serving({ apiKey: "secret" });
  const missing = await send("/v1/models");
  expect(missing.body.error).toEqual({
    message: "the API key is missing; send the header Authorization: Bearer KEY",
    type: "authentication_error",
    param: null,
    code: "invalid_api_key",
  });
  const wrong = await send("/v1/models", { headers: { Authorization: "Bearer guess" } });
  expect(wrong.body.error.message).toBe("the API key is wrong; send the header Authorization: Bearer KEY");
  expect(wrong.headers.get("www-authenticate")).toBe("Bearer");
});

test("without a key, a Host that is another name is refused: DNS rebinding", async () => {
  const { send } = serving();
  const answer = await send("/v1/models", { headers: { Host: "evil.example:8000" } });
  expect(answer.status).toBe(403);
  expect(answer.body.error.message).toBe(
    'the Host "evil.example" is not this machine\'s; use 127.0.0.1, or start the server with an API key',
  );
  for (const host of ["127.0.0.1:8000", "localhost", "[::1]:8000"]) {
    expect((await send("/v1/models", { headers: { Host: host } })).status).toBe(200);
  }
  const keyed = serving({ apiKey: "secret" });
  const headers = { Host: "example.org", Authorization: "Bearer secret" };
  expect((await keyed.send("/v1/models", { headers })).status).toBe(200);
});

test("pages of other origins: none unless named", async () => {
  const Origin = "http://localhost:3000";
  const originOf = async (corsOrigins: string[] | undefined, headers = { Origin }) =>
    (await serving({ corsOrigins }).send("/v1/models", { headers })).headers.get("access-control-allow-origin");
  expect(await originOf(undefined)).toBeNull();
  expect(await originOf([Origin])).toBe(Origin);
  expect(await originOf(["http://other"])).toBeNull();
  expect(await originOf(["*"])).toBe("*");
});

test("a preflight of a named origin is answered without the key", async () => {
  const { send } = serving({ corsOrigins: ["http://localhost:3000"], apiKey: "secret" });
  const asked = "authorization,content-type,x-stainless-lang,x-stainless-retry-count"; // as OpenAI's client sends
  const headers = {
    Origin: "http://localhost:3000",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": asked,
  };
  const answer = await send("/v1/completions", { method: "OPTIONS", headers });
  expect(answer.status).toBe(204);
  expect(answer.headers.get("access-control-allow-headers")).toBe(asked);
  const other = await send("/v1/completions", { method: "OPTIONS", headers: { ...headers, Origin: "http://other" } });
  expect(other.headers.get("access-control-allow-origin")).toBeNull();
});

test("a named origin may read Retry-After, of an error too", async () => {
  const { send } = serving({ corsOrigins: ["http://localhost:3000"], apiKey: "secret" });
  const { status, headers } = await send("/v1/models", { headers: { Origin: "http://localhost:3000" } });
  expect(status).toBe(401);
  expect(headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
  expect(headers.get("access-control-expose-headers")).toBe("Retry-After");
});
