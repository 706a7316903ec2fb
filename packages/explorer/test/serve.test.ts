/** The server of `pnpm explore`: the files of one folder, with the headers of isolation, and nothing outside it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Served, serve } from "../server/serve.ts";

const parent = mkdtempSync(join(tmpdir(), "tsgpt-serve-"));
const root = join(parent, "site");
const PAGE = `<meta http-equiv="Content-Security-Policy" content="default-src &#39;self&#39;"><p>page</p>`;
let served: Served;
beforeAll(async () => {
  mkdirSync(join(root, "assets"), { recursive: true });
  mkdirSync(join(parent, "site-secret"));
  writeFileSync(join(parent, "secret.txt"), "secret");
  writeFileSync(join(parent, "site-secret/index.html"), "secret");
  writeFileSync(join(root, "index.html"), PAGE);
  for (const name of ["a.js", "a.css", "a b.json", "a.safetensors", "a.bin"])
    writeFileSync(join(root, "assets", name), "x");
  symlinkSync(join(parent, "secret.txt"), join(root, "link.txt"));
  served = await serve(root, 0);
});
afterAll(async () => {
  await served.close();
  rmSync(parent, { recursive: true, force: true });
});

interface Reply {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** The path goes out as it is, which `fetch` would normalize. */
function get(path: string, method = "GET"): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request(served.url, { path, method }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (piece: string) => {
        body += piece;
      });
      const { statusCode: status, headers } = response;
      response.on("end", () => resolve({ status, type: headers["content-type"], headers, body }));
    });
    sent.on("error", reject).end();
  });
}

test.each([
  ["/", "text/html; charset=utf-8"],
  ["/index.html?x=../y#z", "text/html; charset=utf-8"],
  ["/assets/a.js", "text/javascript; charset=utf-8"],
  ["/assets/a.css", "text/css; charset=utf-8"],
  ["/assets/a%20b.json", "application/json"],
  ["/assets/a.safetensors", "application/octet-stream"],
  ["/assets/a.bin", "application/octet-stream"],
])("%s is %s, isolated, with the page's policy", async (path, type) => {
  const reply = await get(path);
  expect(reply).toMatchObject({ status: 200, type });
  expect(reply.headers).toMatchObject({
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "content-security-policy": "default-src 'self'",
    "x-content-type-options": "nosniff",
  });
});

test.each([
  "/../secret.txt",
  "/%2e%2e/secret.txt",
  "/..%2fsecret.txt",
  "/assets/../../secret.txt",
  "/../site-secret/",
  "/link.txt",
  "//etc/passwd",
  "/%00",
  "/%",
  "/assets",
  "/assets/",
  "/none.js",
])("%s is not there", async (path) => {
  expect(await get(path)).toMatchObject({ status: 404, body: "There is no such file.\n" });
});

test("HEAD has the headers alone, and nothing can be written", async () => {
  expect(await get("/", "HEAD")).toMatchObject({
    status: 200,
    body: "",
    headers: { "content-length": String(PAGE.length) },
  });
  expect(await get("/", "POST")).toMatchObject({ status: 405, headers: { allow: "GET, HEAD" } });
});

test("a page without a policy is served without one", async () => {
  const plain = await serve(join(parent, "site-secret"), 0);
  expect((await fetch(plain.url)).headers.get("content-security-policy")).toBeNull();
  await plain.close();
});

test("a port that is taken is an error", async () => {
  await expect(serve(root, Number(new URL(served.url).port))).rejects.toMatchObject({ code: "EADDRINUSE" });
});
