/** Who is let in and how one gets there: tokens, which go to the hub alone and are never shown, and proxies. */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { fixtureFiles, modelOf } from "./hub-model.ts";
import { ID, useHub } from "./use-hub.ts";

const at = useHub();
const files = fixtureFiles("tiny-tied");
const TOKEN = "hf_secret";

describe("a token", () => {
  beforeEach(() => {
    at.hub.repos[ID] = { revisions: { main: files }, token: TOKEN };
  });

  test("of HF_TOKEN goes with every request to the hub, and not to the store that it redirects to", async () => {
    await at.get({ env: { ...at.env, HF_TOKEN: TOKEN } });
    const sent = (kind: string) =>
      new Set(at.hub.asked.filter((asked) => asked.kind === kind).map(({ authorization }) => authorization));
    for (const kind of ["revision", "tree", "file"]) expect(sent(kind)).toEqual(new Set([`Bearer ${TOKEN}`]));
    expect(sent("store")).toEqual(new Set([undefined]));
  });

  test("of the file is taken where HF_TOKEN is empty", async () => {
    writeFileSync(join(at.cacheDir, "token"), `${TOKEN}\n`);
    await at.get({ env: { ...at.env, HF_TOKEN: "", HF_HOME: at.cacheDir } });
  });

  test("of HF_TOKEN goes before the file's", async () => {
    writeFileSync(join(at.cacheDir, "token"), "hf_other");
    await at.get({ env: { ...at.env, HF_TOKEN: TOKEN, HF_HOME: at.cacheDir } });
  });

  test("that is not there: what to do, by name", async () => {
    await expect(at.get()).rejects.toThrow(
      /^org\/model: no such model on 127\.0\.0\.1:\d+, or it needs a token: .* HF_TOKEN or .*token \(HTTP 401\)$/,
    );
  });

  test("that is not taken is not shown", async () => {
    const getting = at.get({ env: { ...at.env, HF_TOKEN: "hf_wrong" } });
    await expect(getting).rejects.toThrow(/rejects the token.*\(HTTP 401\)$/);
    await expect(getting).rejects.not.toThrow(/hf_wrong/);
    expect(at.waits).toEqual([]);
  });

  test("that no header could hold is refused, and not shown", async () => {
    const getting = at.get({ env: { ...at.env, HF_TOKEN: "hf_with\nnewline" } });
    await expect(getting).rejects.toThrow(
      "the token in HF_TOKEN has characters that are not valid in a token: set it again",
    );
    expect(at.hub.asked).toEqual([]);
  });

  test("for a gated model whose terms were not accepted", async () => {
    at.hub.repos[ID] = { revisions: { main: files }, token: TOKEN, gated: true };
    await expect(at.get()).rejects.toThrow(
      /config\.json: .* requires a token, and its terms accepted on the model's page.*\(HTTP 403\)$/,
    );
    await expect(at.get({ env: { ...at.env, HF_TOKEN: "hf_other" } })).rejects.toThrow(
      /if the model is gated, accept its terms/,
    );
  });
});

/** A proxy that notes what goes through: requests as they are, and tunnels. */
const seen: string[] = [];
const sockets = new Set<Socket>();
let allowed = true;
const proxy = createServer((asked, answer) => {
  seen.push(`${asked.method} ${new URL(asked.url ?? "").host}`);
  const { host, hostname, port, pathname, search } = new URL(asked.url ?? "");
  const onward = request({ hostname, port, path: pathname + search, headers: { ...asked.headers, host } }, (came) => {
    answer.writeHead(came.statusCode ?? 500, came.headers);
    came.pipe(answer);
  });
  onward.on("error", () => answer.destroy());
  onward.end();
});
proxy.on("connect", (asked: IncomingMessage, socket: Socket) => {
  seen.push(`CONNECT ${asked.url}`);
  sockets.add(socket.on("error", () => {}));
  if (!allowed) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
  socket.write("HTTP/1.1 200 OK\r\n\r\n");
  socket.once("data", (hello: Buffer) => {
    if (hello[0] === 0x16) seen.push(`TLS to ${/hub\.invalid/.exec(hello.toString("latin1"))}`); // a handshake, and whom it names
    socket.destroy();
  });
});

describe("a proxy", () => {
  let url: string;
  beforeAll(async () => {
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    proxy.closeAllConnections();
    proxy.close();
  });
  beforeEach(() => {
    at.publish(modelOf(50_000));
    seen.length = 0;
    allowed = true;
  });

  test.each(["HTTP_PROXY", "http_proxy"])("of %s takes every request of a download, the store's too", async (name) => {
    await at.get({ env: { ...at.env, [name]: url } });
    expect(seen).toHaveLength(at.hub.asked.length);
    expect(new Set(seen).size).toBe(2);
    expect(seen).toContain(`GET ${new URL(at.hub.url).host}`);
  });

  test.each(["127.0.0.1,localhost", "*", "example.com, localhost, 127.0.0.1"])(
    "is passed by for NO_PROXY=%s",
    async (noProxy) => {
      await at.get({ env: { ...at.env, HTTP_PROXY: url, NO_PROXY: noProxy } });
      expect(seen).toEqual([]);
    },
  );

  test("of HTTPS_PROXY is asked for a tunnel, and its refusal told at once", async () => {
    allowed = false;
    const env = { ...at.env, HF_ENDPOINT: "https://hub.invalid", HTTPS_PROXY: url };
    await expect(at.get({ env })).rejects.toThrow("the proxy refuses to connect to hub.invalid (HTTP 403)");
    expect(seen).toEqual(["CONNECT hub.invalid:443"]);
    expect(at.waits).toEqual([]);
  });

  test("of HTTPS_PROXY carries what is encrypted from end to end", async () => {
    const env = { ...at.env, HF_ENDPOINT: "https://hub.invalid", HTTPS_PROXY: url };
    await expect(at.get({ env })).rejects.toThrow(/the connection to hub\.invalid was lost .* \(tried 6 times/);
    expect(seen.slice(0, 2)).toEqual(["CONNECT hub.invalid:443", "TLS to hub.invalid"]);
  });

  test("that is no address", async () => {
    await expect(at.get({ env: { ...at.env, HTTP_PROXY: "proxy" } })).rejects.toThrow(
      /^HTTP_PROXY and HTTPS_PROXY must be addresses/,
    );
  });
});
