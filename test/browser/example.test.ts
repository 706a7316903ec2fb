/**
 * examples/browser in Chromium, built and served by Vite: isolated under its Content-Security-Policy, and not isolated. Its text is
 * the command line's for the same seed. What is built is a copy outside the repository, as somebody who begins with it has one.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright-core";
import { build, loadConfigFromFile, type PreviewServer, preview } from "vite";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type FileServer, serveFiles } from "../../packages/gpt/test/file-server.ts";
import { shardedFiles, tinyFiles } from "../../packages/gpt/test/tiny-files.ts";
import { FULL } from "../setup/sample.ts";
import { executablePath, hasChromium } from "./executable.ts";

const repository = join(import.meta.dirname, "../..");
const source = join(repository, "examples/browser");
const root = mkdtempSync(join(tmpdir(), "tsgpt-example-"));
for (const name of readdirSync(source).filter((name) => !["node_modules", "public", "dist"].includes(name))) {
  cpSync(join(source, name), join(root, name), { recursive: true });
}
symlinkSync(join(source, "node_modules"), join(root, "node_modules"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const outDir = join(root, "dist");
const TOKENS = 12;

interface Served {
  readonly url: string;
  /** Reports of violations of the page's policy, in the page or in a worker. */
  readonly violations: string[];
  close(): Promise<void>;
}

async function runCommandLine(): Promise<string> {
  const options = ["--top-p", "0.9", "--seed", "14"]; // the page has the lecture's chain
  const args = ["generate", "Once upon a time", ...options, "--max-tokens", String(TOKENS), "--quiet"];
  const main = join(repository, "packages/cli/dist/main.js");
  return (await promisify(execFile)(process.execPath, [main, ...args])).stdout.trimEnd();
}

type Headers = Record<string, string>;

/** The build, with the headers that `change` makes of those of vite.config.ts. */
async function serve(change: (headers: Headers) => Headers = (headers) => headers): Promise<Served> {
  const violations: string[] = [];
  const server: PreviewServer = await preview({
    root,
    logLevel: "error",
    build: { outDir },
    preview: { host: "127.0.0.1", port: 0 },
    plugins: [
      {
        name: "reports",
        config: (config) => {
          const headers = change({ ...(config.preview?.headers as Headers) });
          const policy = headers["Content-Security-Policy"];
          if (policy !== undefined) headers["Content-Security-Policy"] = `${policy}; report-uri /violation`;
          if (config.preview) config.preview.headers = headers;
        },
        configurePreviewServer: ({ middlewares }) => {
          middlewares.use("/violation", (request, response) => {
            request.on("data", (report) => violations.push(String(report)));
            request.on("end", () => response.end());
          });
        },
      },
    ],
  });
  return { url: server.resolvedUrls?.local[0] as string, violations, close: () => server.close() };
}

test("a second build leaves the model's files alone, for a running server; a file that differs is replaced", async () => {
  const load = () => loadConfigFromFile({ command: "build", mode: "" }, undefined, root);
  const folder = join(root, "public/fairytales");
  const states = () =>
    readdirSync(folder).map((name) => [name, statSync(join(folder, name), { bigint: true }).mtimeNs]);
  await load();
  const before = states();
  expect(before.map(([name]) => name)).toEqual(["config.json", "model.safetensors", "tokenizer.json"]);
  await load();
  expect(states()).toEqual(before);
  const path = join(folder, "config.json");
  const text = readFileSync(path, "utf8");
  writeFileSync(path, "{}");
  await load();
  expect(readFileSync(path, "utf8")).toBe(text);
  expect(readdirSync(folder)).toHaveLength(3);
});

describe.runIf(hasChromium)("in Chromium", () => {
  let browser: Browser;
  let isolated: Served;
  let notIsolated: Served;
  beforeAll(async () => {
    await build({ root, logLevel: "error", build: { outDir, emptyOutDir: true } });
    [browser, isolated, notIsolated] = await Promise.all([
      chromium.launch({ executablePath, args: ["--no-sandbox"] }),
      serve(),
      serve(() => ({})),
    ]);
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), isolated?.close(), notIsolated?.close()]);
  });

  /** A page that has loaded a model, or failed to. */
  async function opened(url: string): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(url);
    await loaded(page);
    return page;
  }
  const loaded = (page: Page) => page.locator("#model", { hasText: /^(?:Model|Error)/ }).waitFor();
  const modelLine = (page: Page) => page.locator("#model").textContent();

  /** The text and the report of a generation. */
  async function generated(page: Page, tokens = TOKENS): Promise<{ text: string | null; report: string | null }> {
    await page.locator("[name=maxTokens]").fill(String(tokens));
    await page.locator("#generate").click();
    await page.locator("#report", { hasText: "tokens in" }).waitFor();
    return { text: await page.locator("#text").textContent(), report: await page.locator("#report").textContent() };
  }

  let commandLine: Promise<string> | undefined;
  const ofCommandLine = () => {
    commandLine ??= runCommandLine();
    return commandLine;
  };

  test("isolated, under its policy: threads, no violation, and the command line's text", async () => {
    const page = await opened(isolated.url);
    expect(await modelLine(page)).toMatch(/^Model fairytales, simd kernels on [2-9]\d* threads$/);
    const { text, report } = await generated(page);
    expect(text).toBe(await ofCommandLine());
    expect(report).toMatch(/^12 tokens in \d+\.\d\d s$/);
    expect(isolated.violations).toEqual([]);
    await page.close();
  });

  test("the README has that policy, and the headers of isolation", async () => {
    const config = await loadConfigFromFile({ command: "serve", mode: "" }, undefined, root);
    const headers = config?.config.preview?.headers as Headers;
    expect(Object.keys(headers)).toHaveLength(3);
    const readme = readFileSync(join(repository, "README.md"), "utf8").replaceAll(/\s+/g, " ");
    for (const [name, value] of Object.entries(headers)) {
      const shown = name === "Content-Security-Policy" ? value.split("; ") : [`${name}: ${value}`];
      for (const part of shown) expect(readme).toContain(`\`${part}\``);
    }
  });

  test.runIf(FULL)(
    "a policy that lacks what the engine needs is violated, and the page goes on without threads",
    async () => {
      const POLICY = "Content-Security-Policy";
      const served = await serve((headers) => ({ ...headers, [POLICY]: headers[POLICY]?.replace(" blob:", "") ?? "" }));
      const page = await opened(served.url);
      expect((await generated(page)).text).toBe(await ofCommandLine());
      expect(served.violations.join()).toContain('"blocked-uri":"blob"');
      expect(await page.locator("#note").textContent()).toMatch(
        /worker-src blob:\); the simd kernels run on one thread instead\. $/,
      );
      await page.close();
      await served.close();
    },
  );

  test("not isolated: one thread, which it says once with the reason, and the same text", async () => {
    const page = await opened(notIsolated.url);
    expect(await modelLine(page)).toBe("Model fairytales, simd kernels on 1 thread");
    const reason =
      "the page is not cross-origin isolated; serve it with Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp";
    expect(await page.locator("#note").textContent()).toBe(
      `Note: ${reason}; the simd kernels run on one thread instead. `,
    );
    expect((await generated(page)).text).toBe(await ofCommandLine());
    await page.close();
  });

  test.runIf(FULL)("progress ends at the whole model, and Stop ends a text", async () => {
    const page = await browser.newPage();
    await page.addInitScript(`
      globalThis.seen = [];
      const observe = () => seen.push(document.querySelector("#model")?.textContent);
      new MutationObserver(observe).observe(document, { childList: true, subtree: true });`);
    await page.goto(isolated.url);
    await loaded(page);
    const { size } = statSync(join(repository, "weights/fairytales/model.safetensors"));
    const whole = (size / 1e6).toFixed(1);
    expect(await page.evaluate("seen")).toContain(`Loading: ${whole} of ${whole} MB`);
    await page.locator("[name=maxTokens]").fill("400");
    await page.evaluate(`
      const stop = () => text.textContent.length > 20 && document.querySelector("#stop").click();
      const text = document.querySelector("#text");
      new MutationObserver(stop).observe(text, { childList: true, subtree: true, characterData: true });`); // a text takes half a second
    await page.locator("#generate").click();
    await page.locator("#report", { hasText: /^Stopped after \d+ tokens in/ }).waitFor();
    expect(await page.locator("#generate").isEnabled()).toBe(true);
    await page.close();
  });

  test.runIf(FULL)("a folder that is picked", async () => {
    const page = await opened(isolated.url);
    await page.locator("#folder").setInputFiles(join(repository, "packages/gpt/test/fixtures/fairytales-1"));
    await page.locator("#model", { hasText: "Model fairytales-1," }).waitFor();
    expect((await generated(page)).text).toMatch(/^Once upon a time.+/s);
    await page.close();
  });

  describe.runIf(FULL)("a model at another origin", () => {
    let server: FileServer | undefined;
    afterEach(() => server?.close());
    const allowing: Answer = ({ response }) => {
      response.setHeader("Access-Control-Allow-Origin", "*");
      return false;
    };
    /** Its Content-Range and Content-Encoding are hidden from the page. */
    const compressing: Answer = ({ bytes, request, response }) => {
      allowing({ bytes, request, response, name: "" });
      if (!bytes) return false;
      const packed = gzipSync(bytes);
      if (request.headers.range) response.writeHead(206).end(bytes);
      else response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
      return true;
    };
    const lineFor = async (url: string) => {
      const page = await opened(`${notIsolated.url}?model=${encodeURIComponent(url)}`);
      const line = await modelLine(page);
      await page.close();
      return line;
    };

    test.each([
      ["one file", tinyFiles, allowing],
      ["shards", shardedFiles, allowing],
      ["compressed", tinyFiles, compressing],
    ])("that allows it, %s", async (_, files, answer) => {
      server = await serveFiles(files(), answer);
      expect(await lineFor(server.url)).toMatch(/^Model model, simd kernels/);
    });

    test("that does not allow it", async () => {
      server = await serveFiles(tinyFiles());
      expect(await lineFor(server.url)).toBe(
        `Error: config.json: cannot be fetched from ${server.url}/config.json: Failed to fetch: no such server, no network, or a server that does not allow this page's origin (CORS)`,
      );
    });
  });
});
