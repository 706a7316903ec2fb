/**
 * The explorer on a static host without headers, under a sub-path: its service worker isolates it, keeps it for offline use
 * and replaces it by a newer build as a whole; and what it says where it has less to run on.
 */
import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { FULL } from "../../setup/sample.ts";
import { executablePath, hasChromium } from "../executable.ts";
import {
  chipIds,
  chips,
  type Explorer,
  expectNoViolations,
  idsOf,
  jsonOf,
  promptBox,
  runFor,
  startExplorer,
  status,
} from "./explorer.ts";
import { type PlainServer, servePlainly } from "./plain-server.ts";
import { site } from "./site.ts";

const PROMPT = "Once upon a time";
const SECRET = "Zanzibar";
const TOKENS = 32;
const MODEL = "models/fairytales/model.safetensors";
const THREADS = /^Model fairytales: simd kernels on [2-9] threads\./;

describe.runIf(hasChromium)("in Chromium", () => {
  let explorer: Explorer;
  let folder: string;
  const servers: PlainServer[] = [];
  const copies: string[] = [];
  beforeAll(async () => {
    folder = await site();
    explorer = await startExplorer(folder);
  });
  afterEach(async () => {
    await explorer.closePages();
    for (const server of servers.splice(0)) await server.close();
    for (const copy of copies.splice(0)) rmSync(copy, { recursive: true });
  });
  afterAll(() => explorer?.close());

  async function hosted(at = folder): Promise<PlainServer> {
    const server = await servePlainly(at);
    servers.push(server);
    return server;
  }

  /** The page of a host, whose service worker may start. */
  const visited = ({ url }: PlainServer) => explorer.opened({ url, serviceWorkers: "allow" });

  /** The built page with its files as `change` leaves them. */
  function changed(change: (copy: string) => void): string {
    const copy = mkdtempSync(join(tmpdir(), "tsgpt-explorer-"));
    copies.push(copy);
    cpSync(folder, copy, { recursive: true });
    change(copy);
    return copy;
  }

  async function expectIdsOfCommand(page: Page, seed: number): Promise<void> {
    await promptBox(page).fill(PROMPT);
    await runFor(page, seed, TOKENS);
    const command = ["generate", PROMPT, "--seed", String(seed), "--max-tokens", String(TOKENS), "--quiet"];
    const { promptTokens, tokens } = await jsonOf(...command);
    const expected = [...promptTokens, ...tokens.map(({ id }: { id: number }) => id)];
    expect(await chipIds(page, expected.length)).toEqual(expected);
  }

  const keptPaths = (page: Page) =>
    page.evaluate<string[]>(`(async () => {
      const names = await caches.keys();
      const cache = await caches.open(names[0]);
      const paths = (await cache.keys()).map(({ url }) => url.slice((location.origin + location.pathname).length));
      return names.length === 1 ? paths.sort() : names;
    })()`);

  test("the first visit of a plain host is isolated, and works offline afterwards", async () => {
    const server = await hosted();
    const page = await visited(server);
    expect(await status(page)).toMatch(THREADS);
    await runFor(page, 7, 8);
    const ids = await idsOf(chips(page));
    const kept = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== "sw.js")
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1));
    await expect.poll(() => keptPaths(page)).toEqual(kept.sort());
    expect(server.log.filter((line) => line.endsWith(MODEL))).toHaveLength(1);
    await page.context().setOffline(true);
    await server.close();
    await page.reload();
    await runFor(page, 7, 8);
    expect(await idsOf(chips(page))).toEqual(ids);
    expect(await status(page)).toMatch(THREADS);
  });

  describe.runIf(FULL)("in the full run", () => {
    test("`pnpm explore` alone works offline after the first visit too", async () => {
      const page = await explorer.opened({ serviceWorkers: "allow" });
      await expect.poll(async () => (await keptPaths(page)).includes(MODEL)).toBe(true);
      await page.context().setOffline(true);
      await page.reload();
      await expectIdsOfCommand(page, 8);
      expect(await status(page)).toMatch(THREADS);
    });

    test("the host sees its own paths alone, and nothing of the text", async () => {
      const server = await hosted();
      const page = await visited(server);
      await promptBox(page).fill(`The king of ${SECRET}`);
      await runFor(page, 7, 8);
      await page.reload();
      await promptBox(page).waitFor();
      expect(server.log.length).toBeGreaterThan(5);
      for (const line of server.log) expect(line).toMatch(/^GET \/of\/many\/[\w./-]*$/);
      expect(server.log.join("\n")).not.toMatch(new RegExp(`${SECRET}|king`, "i"));
    });

    test("what is typed as soon as one can type stays: the page has been reloaded before", async () => {
      const server = await hosted();
      const page = await explorer.browser.newPage();
      let navigations = 0;
      page.on("request", (request) => request.isNavigationRequest() && navigations++);
      await page.goto(server.url);
      await promptBox(page).fill("The queen");
      const { ids } = await jsonOf("tokens", "The queen");
      expect(await chipIds(page, ids.length)).toEqual(ids);
      expect(navigations).toBe(2);
      await page.reload();
      await promptBox(page).waitFor();
      expect(navigations).toBe(3);
      await page.close();
    });

    // it builds the page, and takes 38 s beside other tests
    test("a newer build replaces all of the one before, once no other page is open", { timeout: 120_000 }, async () => {
      const newer = await site("http://127.0.0.1:1");
      const server = await hosted();
      const page = await visited(server);
      const policy = (of: Page) => of.locator("meta[http-equiv]").getAttribute("content");
      const before = await policy(page);
      await expect.poll(async () => (await keptPaths(page)).includes(MODEL)).toBe(true);
      server.deploy(newer);
      const other = await page.context().newPage();
      await other.goto(server.url);
      await other.getByRole("status").filter({ hasText: "kernels" }).waitFor();
      expect(await policy(other)).toBe(before);
      await other.close();
      server.log.length = 0;
      await page.reload();
      await page.locator(`meta[content*="http://127.0.0.1:1;"]`).waitFor({ state: "attached" });
      await expectIdsOfCommand(page, 9);
      expect((await keptPaths(page)).includes(MODEL)).toBe(true);
      expect(server.log.filter((line) => line.endsWith(MODEL))).toEqual([]); // the same as before
      await page.context().setOffline(true);
      await server.close();
      await page.reload();
      await expectIdsOfCommand(page, 10);
      expect(await policy(page)).not.toBe(before);
    });

    test("where no service worker can start, so without SharedArrayBuffer: one thread, the page says so, the same ids", async () => {
      const server = await hosted();
      const page = await explorer.opened({ url: server.url });
      expect(await status(page)).toMatch(/ on 1 thread\. Note: .*The service worker, .* cannot start in this browser/);
      expect(await page.evaluate("typeof SharedArrayBuffer")).toBe("undefined");
      await expectIdsOfCommand(page, 7);
    });

    test("a file that is not of the build is not kept, and the page says so", async () => {
      const server = await hosted(
        changed((copy) => {
          const [css] = readdirSync(join(copy, "assets")).filter((name) => name.endsWith(".css"));
          appendFileSync(join(copy, "assets", css as string), "/* another */");
        }),
      );
      const page = await visited(server);
      expect(await status(page)).toMatch(/ on 1 thread\. .* could not read all files of the page\.$/);
      rmSync(join(copies.at(-1) as string, "sw.js"));
      await page.reload();
      await page.getByRole("status").filter({ hasText: "404" }).waitFor();
      expect(await status(page)).toMatch(
        / on 1 thread\. .*The service worker, which would allow several threads, failed: .*404/,
      );
    });

    test("where the service worker does not get its files in time: one thread, and the page says so", async () => {
      const server = await hosted();
      server.hang("index.html");
      const page = await (await explorer.browser.newContext()).newPage();
      await page.clock.install();
      await page.goto(server.url);
      await expect.poll(() => server.log).toContain("GET /of/many/index.html");
      await page.clock.fastForward(10_000);
      await page.getByRole("status").filter({ hasText: "is still starting; reload the page" }).waitFor();
      await page.context().close();
    });

    test("in a frame of a page that is not isolated, it says so, and does not go on reloading", async () => {
      const server = await hosted(
        changed((copy) => writeFileSync(join(copy, "frame.html"), `<!doctype html><iframe src="./"></iframe>`)),
      );
      const page = await (await explorer.browser.newContext()).newPage();
      let navigations = 0;
      page.on("request", (request) => request.isNavigationRequest() && navigations++);
      await page.goto(`${server.url}frame.html`);
      const frame = page.frameLocator("iframe");
      await frame.getByRole("status").filter({ hasText: "one thread while the page is in a frame" }).waitFor();
      expect(navigations).toBe(3); // of the page, and twice of the frame
      await page.context().close();
    });

    test("on another machine without https there is one thread, and the page says why", async () => {
      const server = await hosted();
      const args = ["--no-sandbox", "--host-resolver-rules=MAP explorer.test 127.0.0.1"];
      const browser = await chromium.launch({ executablePath, args });
      const page = await browser.newPage();
      await page.goto(server.url.replace("127.0.0.1", "explorer.test"));
      await page.getByRole("status").filter({ hasText: "needs https" }).waitFor();
      await expectIdsOfCommand(page, 7);
      await browser.close();
    });

    test("without relaxed SIMD: the same ids, and the page says so", async () => {
      const page = await explorer.opened({ hasRelaxedSimd: false });
      expect(await status(page)).toMatch(/ simd kernels on [2-9] threads\. Note: .* no relaxed SIMD; /);
      await expectIdsOfCommand(page, 7);
    });

    test("without shared memory: the same ids on one thread, and the page says so", async () => {
      const copy = changed((copy) => {
        const [worker] = readdirSync(join(copy, "assets")).filter((name) => name.startsWith("worker-"));
        const path = join(copy, "assets", worker as string);
        writeFileSync(path, NO_SHARED_MEMORY + readFileSync(path, "utf8"));
      });
      const lesser = await startExplorer(copy);
      const page = await lesser.opened();
      expect(await status(page)).toMatch(/ simd kernels on 1 thread\. Note: there is no shared memory; /);
      await expectIdsOfCommand(page, 7);
      await lesser.closePages();
      await lesser.close();
    });

    test.each([true, false])("the worker connects to no other host: with a service worker %s", async (isPlain) => {
      let requests = 0;
      const host = createServer((_, response) => {
        requests++;
        response.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end();
      });
      await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
      const { port } = host.address() as AddressInfo;
      const page = isPlain ? await visited(await hosted()) : await explorer.opened();
      const worker = page.workers().find((each) => /worker-/.test(each.url())) ?? page.workers()[0];
      const asked = await worker?.evaluate(
        `fetch("http://127.0.0.1:${port}/").then(({ status }) => String(status), ({ message }) => message)`,
      );
      expect([asked, requests]).toEqual(["Failed to fetch", 0]);
      await expectNoViolations(page);
      host.close();
    });
  });
});

const NO_SHARED_MEMORY = `{
  const { Memory } = WebAssembly;
  WebAssembly.Memory = class extends Memory {
    constructor(descriptor) {
      if (descriptor.shared) throw new RangeError("could not allocate memory");
      super(descriptor);
    }
  };
}`;
