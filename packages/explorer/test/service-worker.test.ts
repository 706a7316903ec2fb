/** The service worker's answers; in Chromium: test/browser/explorer/offline.test.ts. */
import { createHash } from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { deleteOlder, keepFile, keepShell, keptFile, pathOf, type Site } from "../src/service-worker/kept-files.ts";
import { withHeaders } from "../src/service-worker/responses.ts";

const SCOPE = "https://host.test/of/many/";
const integrityOf = (text: string) => `sha256-${createHash("sha256").update(text).digest("base64")}`;

/** A build with these files; those in models/ are no shell. */
function siteOf(version: string, files: Readonly<Record<string, string>>, scope = SCOPE): Site {
  const described = Object.entries(files).map(([path, text]) => {
    return [path, { integrity: integrityOf(text), isShell: !path.startsWith("models/") }] as const;
  });
  return { scope, build: { version, policy: "default-src 'self'", files: Object.fromEntries(described) } };
}

const first = siteOf("1", { "index.html": "page 1", "assets/a.js": "a", "models/m/config.json": "{}" });
const second = siteOf("2", { "index.html": "page 2", "assets/a.js": "a", "models/m/config.json": "{}" });

/** A browser's caches, and a host; `asked` is what the host was asked for. */
function stubBrowser(hosted: Record<string, string>): { asked: string[]; stored: Map<string, Map<string, Response>> } {
  const asked: string[] = [];
  const stored = new Map<string, Map<string, Response>>();
  const open = async (name: string) => {
    const entries = stored.get(name) ?? new Map<string, Response>();
    stored.set(name, entries);
    return {
      match: async (url: string) => entries.get(url)?.clone(),
      put: async (url: string, response: Response) => void entries.set(url, response),
    };
  };
  vi.stubGlobal("caches", {
    open,
    keys: async () => [...stored.keys()],
    delete: async (name: string) => stored.delete(name),
  });
  vi.stubGlobal("fetch", async (url: string, { integrity }: RequestInit) => {
    asked.push(url);
    const text = hosted[url.slice(SCOPE.length)];
    if (text === undefined) return new Response(null, { status: 404 });
    if (integrity !== integrityOf(text)) throw new TypeError("Failed to fetch"); // as browsers do
    return new Response(text, { headers: { "Content-Type": "text/plain", "Content-Encoding": "gzip" } });
  });
  return { asked, stored };
}
afterEach(() => void vi.unstubAllGlobals());

test.each([
  [SCOPE, "index.html"],
  [`${SCOPE}?x=1`, "index.html"],
  [`${SCOPE}index.html#text=secret`, "index.html"],
  [`${SCOPE}assets/a.js?v`, "assets/a.js"],
  [`${SCOPE}models/m/none.json`, "models/m/none.json"],
  [`${SCOPE}assets/b.js`, undefined],
  [`${SCOPE}toString`, undefined],
  [`${SCOPE}sw.js`, undefined],
  ["https://host.test/of/", undefined],
  ["https://hub.test/of/many/index.html", undefined],
  [`https://hub.test/?${SCOPE}`, undefined],
])("%s is the page's %s", (url, path) => {
  expect(pathOf(first, url)).toBe(path);
});

test("an answer has the headers of isolation, the policy, and what the host said", () => {
  const { status, headers } = withHeaders(new Response("x", { status: 203, headers: { "x-y": "z" } }), first.build);
  expect([status, Object.fromEntries(headers)]).toMatchObject([
    203,
    {
      "content-security-policy": "default-src 'self'",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "x-y": "z",
    },
  ]);
  const error = Response.error();
  expect(withHeaders(error, first.build)).toBe(error);
});

test("the shell is kept at once, a model when it has been loaded", async () => {
  const { asked } = stubBrowser({ "index.html": "page 1", "assets/a.js": "a" });
  await keepShell(first);
  expect(asked).toEqual([`${SCOPE}index.html`, `${SCOPE}assets/a.js`]);
  const page = await keptFile(first, "index.html");
  expect([await page?.text(), Object.fromEntries(page?.headers ?? [])]).toEqual([
    "page 1",
    { "content-type": "text/plain", "content-length": "6" }, // not the encoding of its way
  ]);
  expect(await keptFile(first, "models/m/config.json")).toBeUndefined();
  await keepFile(first, "models/m/config.json", new Response("{}"));
  expect(await (await keptFile(first, "models/m/config.json"))?.text()).toBe("{}");
});

test("files of two builds are not mixed: neither a shell nor a model with other bytes is kept", async () => {
  stubBrowser({ "index.html": "page 2", "assets/a.js": "a" });
  await expect(keepShell(first)).rejects.toThrow("Failed to fetch");
  await keepFile(first, "models/m/config.json", new Response("{ }"));
  expect(await keptFile(first, "models/m/config.json")).toBeUndefined();
});

test("a shell of which a file is missing is not kept", async () => {
  stubBrowser({ "index.html": "page 1" });
  await expect(keepShell(first)).rejects.toThrow(`${SCOPE}assets/a.js: 404`);
});

test("a newer build takes over what is the same, and deletes the one before; other pages of the origin stay", async () => {
  const { asked, stored } = stubBrowser({ "index.html": "page 1", "assets/a.js": "a" });
  const other = siteOf("1", { "index.html": "page 1" }, "https://host.test/of/many/others/");
  await (await caches.open("another application's")).put("x", new Response("x"));
  await keepFile(other, "index.html", new Response("page 1"));
  await keepShell(first);
  await keepFile(first, "models/m/config.json", new Response("{}"));
  asked.length = 0;
  vi.stubGlobal("fetch", async (url: string) => {
    asked.push(url);
    return new Response("page 2");
  });
  await keepShell(second);
  expect(asked).toEqual([`${SCOPE}index.html`]);
  expect(await (await keptFile(first, "index.html"))?.text()).toBe("page 1");
  await deleteOlder(second);
  expect([...stored.keys()].sort()).toEqual([
    "another application's",
    "tsgpt-explorer https://host.test/of/many/ 2",
    "tsgpt-explorer https://host.test/of/many/others/ 1",
  ]);
  expect(await (await keptFile(second, "models/m/config.json"))?.text()).toBe("{}");
});
