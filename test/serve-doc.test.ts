/** docs/serve.md: its servers start, and its commands and snippets run against them. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cleanEnvironment } from "../packages/cli/test/clean-environment.ts";
import { MAIN, tsgpt } from "../packages/cli/test/process.ts";
import { blocks, root } from "./documents/documents.ts";
import { FULL, sample } from "./setup/sample.ts";

const own = (language: string) =>
  blocks(language)
    .filter(({ document }) => document === "docs/serve.md")
    .map(({ code }) => code.trim());
const commands = own("sh");
const servers = commands.filter((command) =>
  /^(?:\w+=\S+ )?(?:tsgpt|node packages\/cli\/dist\/main\.js) serve/.test(command),
);
const requests = commands.filter((command) => command.startsWith("curl"));

const scratch = join(root, "packages/serve/dist/documents"); // inside the member that has the package openai
let server: ChildProcess;
let url: string;

/** Starts a server as a document says, on a free port. */
async function start(command: string): Promise<{ child: ChildProcess; url: string }> {
  const [, name, value] = /^(\w+)=(\S+)/.exec(command) ?? [];
  const env = { ...cleanEnvironment(), ...(name !== undefined && { [name]: value }) };
  const args = command
    .replace(/^.*?(?:tsgpt|main\.js) /, "")
    .replace("--port 8000", "--port 0")
    .split(" ");
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ["ignore", "pipe", "ignore"] });
  const [line] = await once((child.stdout as NodeJS.ReadableStream).setEncoding("utf8"), "data");
  return { child, url: line.trim() };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "close");
}

/** What a command prints. */
async function printed(command: string): Promise<string> {
  const code = command.replaceAll("http://127.0.0.1:8000", url);
  return (await promisify(execFile)("sh", ["-ec", code])).stdout;
}

beforeAll(async () => {
  ({ child: server, url } = await start(servers[0]));
  mkdirSync(scratch, { recursive: true });
});
afterAll(async () => {
  await stop(server);
  rmSync(scratch, { recursive: true, force: true });
});

test("every block is of a kind that is run here", () => {
  expect([servers.length, requests.length, own("ts").length]).toEqual([3, 6, 1]);
  const others = commands.filter((command) => !servers.includes(command) && !requests.includes(command));
  expect(others).toEqual([expect.stringMatching(/^tsgpt generate /)]);
});

test.each(sample(requests, 2))("%s", async (command) => {
  const output = await printed(command);
  expect(output).not.toBe("");
  expect(output.includes('{"error":{"message":')).toBe(command.includes('max_token"'));
});

test("the same text as on the command line", async () => {
  const request = requests.find((command) => command.includes("llama.cpp")) as string;
  const { text } = JSON.parse(await printed(request)).choices[0];
  const [, prompt, rest] = /^tsgpt generate "(.*?)" (.*)$/m.exec(commands.join("\n")) as unknown as string[];
  const { stdout } = await tsgpt(["generate", prompt, ...rest.split(" "), "--quiet"]);
  expect(stdout).toBe(`${prompt}${text}\n`);
});

test("the snippet", async () => {
  const file = join(scratch, "snippet.mjs");
  writeFileSync(file, own("ts")[0].replace("http://127.0.0.1:8000", url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  expect(stdout.length).toBeGreaterThan(10);
});

test.skipIf(!FULL)("the server under a supervisor ends by SIGTERM", async () => {
  const { child } = await start(servers[2]);
  child.kill("SIGTERM");
  expect(await once(child, "close")).toEqual([0, null]);
});

test.skipIf(!FULL)("the server with a key", async () => {
  const other = await start(servers[1]);
  const address = other.url.replace("0.0.0.0", "127.0.0.1");
  expect((await fetch(`${address}/v1/models`)).status).toBe(401);
  const headers = { Authorization: "Bearer a-secret" };
  expect((await fetch(`${address}/v1/models`, { headers })).status).toBe(200);
  await stop(other.child);
});
