/** The command as a process: its address, its key, its signals, and what a kill leaves behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import OpenAI, { type APIError } from "openai";
import { expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";
import { cleanEnvironment } from "../../cli/test/clean-environment.ts";
import { emptyFolder, fixture, MAIN, tsgpt } from "../../cli/test/process.ts";
import { eventsOf } from "./http/serving.ts";
import { MODEL, served } from "./served.ts";

const run = (...args: string[]) => tsgpt(["serve", "--model", fixture(MODEL), ...args]);

function post(url: string, fields: Readonly<Record<string, unknown>>): Promise<Response> {
  const body = JSON.stringify({ model: MODEL, prompt: "The king", ...fields });
  return fetch(`${url}/v1/completions`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

/** A stream that has begun. */
async function begun(url: string, fields: Readonly<Record<string, unknown>>) {
  const response = await post(url, { stream: true, ignore_eos: true, ...fields });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const { value } = await reader.read();
  const decoder = new TextDecoder();
  let text = decoder.decode(value, { stream: true });
  const rest = async () => {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += decoder.decode(piece.value, { stream: true });
    }
    return eventsOf(text);
  };
  return { rest };
}

test.skipIf(!FULL)("two servers on one port: the second says so; kill -9 leaves nothing behind", async () => {
  const first = await served();
  const port = new URL(first.url).port;
  const second = await run("--port", port);
  expect(second).toMatchObject({ code: 1, stdout: "" });
  expect(second.stderr).toBe(
    `error: port ${port} of 127.0.0.1 is in use; choose another with --port N, or --port 0 for any free one\nsee tsgpt serve --help\n`,
  );
  first.kill("SIGKILL");
  await first.ended;
  const restarted = await served(["--port", port]);
  expect(restarted.url).toBe(first.url);
  restarted.kill("SIGKILL");
  await restarted.ended;
});

test("SIGTERM finishes what runs, refuses new connections, and reports it", async () => {
  const running = await served(["--log-prompts"]);
  const { rest } = await begun(running.url, { max_tokens: 60 });
  running.kill("SIGTERM");
  const events = await rest();
  expect(events.at(-1)).toBe("[DONE]");
  expect(events).toHaveLength(62); // 60 tokens, the end, and [DONE]
  expect(await running.ended).toBe(0);
  expect(running.stderr()).toContain('prompt: "The king"\n');
  expect(running.stderr()).toMatch(/^stopped: 1 running sequence finished, none cancelled$/m);
  await expect(post(running.url, {})).rejects.toThrow();
});

test("SIGTERM cancels what is not finished within the grace period, and reports it", async () => {
  const running = await served(["--grace", "0"]);
  const { rest } = await begun(running.url, { max_tokens: 100_000, n: 2 });
  running.kill("SIGTERM");
  await rest().catch(() => {}); // it may be cut off
  expect(await running.ended).toBe(0);
  expect(running.stderr()).toMatch(/^stopped: 0 running sequences finished, 2 cancelled after 0 seconds$/m);
});

test("the server goes on when the reader of its log has left", async () => {
  const args = [MAIN, "serve", "--model", fixture(MODEL), "--port", "0", "--threads", "1"];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: cleanEnvironment() });
  const ended = once(child, "close");
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  child.stderr.destroy();
  for (let i = 0; i < 3; i++) expect((await fetch(`${line.trim()}/health`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
});

test("a full queue is OpenAI's RateLimitError", async () => {
  const running = await served(["--max-running", "1", "--max-waiting", "1"]);
  await begun(running.url, { max_tokens: 100_000 });
  const client = new OpenAI({ baseURL: `${running.url}/v1`, apiKey: "none", maxRetries: 0 });
  const ask = () => client.completions.create({ model: MODEL, prompt: "The king", max_tokens: 1 });
  const outcomes = [ask(), ask()].map((answer) => answer.catch((error: unknown) => error)); // one of them waits
  const error = await Promise.race(outcomes);
  expect(error).toBeInstanceOf(OpenAI.RateLimitError);
  expect(Number((error as APIError).headers?.get("retry-after"))).toBeGreaterThan(0);
  running.kill("SIGKILL");
  await Promise.all(outcomes);
});

test("without reused prefixes a prompt that is known is computed whole", async () => {
  const running = await served(["--no-reuse-prefixes"]);
  for (let i = 0; i < 2; i++) await (await post(running.url, { max_tokens: 1 })).text();
  expect(await (await fetch(`${running.url}/metrics`)).text()).toMatch(/^tsgpt_reused_tokens_total 0$/m);
  running.kill("SIGKILL");
  await running.ended;
});

const PAGE = fileURLToPath(new URL("../../explorer/dist", import.meta.url));

test.skipIf(!existsSync(join(PAGE, "index.html")))(
  "the explorer's page, where it is built, with its model",
  async () => {
    const running = await served();
    const page = await fetch(running.url);
    expect(await page.text()).toBe(readFileSync(join(PAGE, "index.html"), "utf8"));
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'self'; .*'wasm-unsafe-eval'/);
    expect(page.headers.get("cross-origin-embedder-policy")).toBe("require-corp");
    for (const name of ["config.json", "model.safetensors"]) {
      const file = await fetch(`${running.url}/models/fairytales/${name}`);
      expect(file.status).toBe(200);
      expect(Buffer.from(await file.arrayBuffer()).equals(readFileSync(join(PAGE, "models/fairytales", name)))).toBe(
        true,
      );
    }
    running.kill("SIGKILL");
    await running.ended;
  },
);

test("more memory for caches than the engine has is noted, with what is used", async () => {
  const running = await served(["--cache-memory", "1048576"]);
  const note = /^note: --cache-memory is more than the engine has for caches: (\d+) MiB are used$/m;
  const [, used] = note.exec(running.stderr()) ?? [];
  const limit = /^tsgpt_cache_limit_bytes (\d+)$/m.exec(await (await fetch(`${running.url}/metrics`)).text())?.[1];
  expect(Number(used)).toBe(Math.floor(Number(limit) / 2 ** 20));
  running.kill("SIGKILL");
  await running.ended;
});

test("more memory for caches than any engine has is refused, with the range", async () => {
  const { code, stderr } = await run("--cache-memory", "99999999999");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: .*--cache-memory.* must be a whole number from 1 to 1048576/);
});

test("an empty address, which would be all addresses, is refused", async () => {
  const { code, stderr } = await run("--host", "");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: --host is empty; give an address of this machine, such as 127\.0\.0\.1\n/);
});

test("an address that others can reach needs a key", async () => {
  const { code, stderr } = await run("--host", "0.0.0.0");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: others can reach the address 0\.0\.0\.0: give --api-key, or --host 127\.0\.0\.1\n/);
});

test("an address that is none of this machine's is refused by name", async () => {
  const { code, stderr } = await run("--host", "192.0.2.1", "--api-key", `@${keyFile("secret\n")}`);
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^error: --host "192\.0\.2\.1" is no address of this machine; use 127\.0\.0\.1, or 0\.0\.0\.0/,
  );
});

function keyFile(text: string): string {
  const file = join(emptyFolder(), "key.txt");
  writeFileSync(file, text);
  return file;
}

test("the key itself on the command line is refused, and not repeated", async () => {
  const { code, stderr } = await run("--api-key", "sk-secret");
  expect(code).toBe(2);
  expect(stderr).toMatch(/^error: --api-key does not take the key itself, .*; give @FILE, or env:NAME/);
  expect(stderr).not.toContain("sk-secret");
});

const NO_KEYS: readonly (readonly [what: string, source: () => string, message: RegExp])[] = [
  ["an empty file", () => `@${keyFile("\n")}`, /^error: --api-key: the key in ".*key\.txt" is empty/],
  ["a key of two words", () => `@${keyFile("a b")}`, /^error: --api-key: the key in ".*" has spaces or characters/],
  ["a missing file", () => "@no-such-file", /^error: cannot read "no-such-file": ENOENT/],
  [
    "a variable that is not set",
    () => "env:NO_SUCH_KEY",
    /^error: --api-key: the key in the environment variable NO_SUCH_KEY is empty/,
  ],
];

test.each(sample(NO_KEYS, 1))("%s is no key", async (_, source, message) => {
  const { code, stderr } = await run("--api-key", source());
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});
