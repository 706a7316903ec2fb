/** Commands on machines where the fast engine cannot start: they run on the reference kernels and say so, in one line on stderr. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { EngineError, physicalCores } from "@tsgpt/tensor";
import { afterEach, expect, test, vi } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { availableBytes } from "../src/model/available-memory.ts";
import { makeEngine } from "../src/model/make-engine.ts";
import { cleanEnvironment } from "./clean-environment.ts";
import { MAIN, spawned } from "./process.ts";

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));
const GENERATE = ["generate", "Once upon a time", "--greedy", "--max-tokens", "3", "--verbose"];
const FALLS_BACK = /^note: [^\n]*; the reference kernels run instead, many times slower\nreference kernels, 1 thread/;

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function stderrOf(): string[] {
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
  return lines;
}

test("where it starts, nothing is said", async () => {
  const lines = stderrOf();
  (await makeEngine({ threads: 1 })).dispose();
  expect(lines).toEqual([]);
});

test("where it cannot, one line says why and what runs instead; what a model finds room in is told too", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const lines = stderrOf();
  const note =
    "note: this JavaScript engine has no WebAssembly SIMD with shared memory; the reference kernels run instead, many times slower\n";
  expect((await makeEngine({})).kernelSet).toBe("reference");
  expect(await availableBytes()).toBeGreaterThan(0);
  expect(lines).toEqual([note, note]);
});

test("where threads were asked for by number, the error says what to do", async () => {
  vi.stubGlobal("WebAssembly", undefined);
  const lacks = "this JavaScript engine has no WebAssembly SIMD with shared memory";
  await expect(makeEngine({ threads: 2 })).rejects.toThrow(
    new EngineError(`${lacks}; omit --threads to run with what is available here`),
  );
  await expect(makeEngine({ threads: 2, kernels: "simd" })).rejects.toThrow(new EngineError(lacks));
});

test("no command makes an engine in another way; the library has its own", () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const makers = files.filter((name) => /create\w*Engine/.test(readFileSync(SOURCES + name, "utf8")));
  expect(makers).toEqual(["library/load-model.ts", "model/make-engine.ts"]);
});

test("node --jitless has no WebAssembly: the same text, on the reference kernels", { timeout: 60_000 }, async () => {
  const env = { NODE_OPTIONS: "--jitless" };
  const [usual, jitless] = await Promise.all([spawned(GENERATE), spawned(GENERATE, { env })]);
  expect(jitless.stdout).toBe(usual.stdout);
  expect(jitless.stderr.replace(/^Warning: .*\n/, "")).toMatch(FALLS_BACK); // Node's own warning
  expect(jitless.code).toBe(0);
});

test("simd by name is an error that says why", { timeout: 60_000 }, async () => {
  const { stdout, stderr, code } = await spawned([...GENERATE, "--kernels", "simd"], {
    env: { NODE_OPTIONS: "--jitless" },
  });
  expect(stderr).toContain("error: this JavaScript engine has no WebAssembly SIMD with shared memory\n");
  expect([stdout, code]).toEqual(["", 1]);
});

const ONE_THREAD = (lacks: string) =>
  `note: the simd engine cannot start a worker: there is no ${lacks}; the simd kernels run on one thread instead\nsimd kernels, 1 thread`;

// A file for --import, as one that hardens a program against timing attacks
const IMPORT = `data:text/javascript,${encodeURIComponent("delete globalThis.SharedArrayBuffer")}`;
test.each([
  ["--import", IMPORT, "SharedArrayBuffer"],
  ["--no-harmony-atomics", "--no-warnings", "Atomics"],
])("node %s: the simd kernels run on one thread", { timeout: 60_000 }, async (flag, value, lacks) => {
  const args = [flag, value, MAIN, ...GENERATE];
  const env = cleanEnvironment() as NodeJS.ProcessEnv;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env });
  expect(stdout).toMatch(/^Once upon a time/);
  expect(stderr.startsWith(ONE_THREAD(lacks)) || physicalCores() === 1).toBe(true);
});

/** What is said and what runs, whichever of them this Node has the address space for. */
const SAID =
  /^(note: [^\n]*; the reference kernels run instead, many times slower\nreference kernels|note: [^\n]*; the simd kernels run on one thread instead\nsimd kernels, 1 thread|simd kernels)/;

// V8 reserves 10 GB for a memory with its guard pages, and Node 0.8 GB for a worker; one without room for its own ended the process.
const limits: [number, string][] = [
  [8_000_000, "--no-warnings"],
  [12_000_000, "--no-warnings"],
  [3_000_000, "--disable-wasm-trap-handler"],
];
test.skipIf(process.platform !== "linux").each(sample(limits, 2))(
  "ulimit -v %i, node %s",
  { timeout: 60_000 },
  async (kilobytes, flag) => {
    if (!process.allowedNodeEnvironmentFlags.has(flag)) return; // Node before 20.15 has no --disable-wasm-trap-handler
    const command = `ulimit -v ${kilobytes} && exec "$0" "$@"`;
    const args = ["-c", command, process.execPath, flag, MAIN, ...GENERATE];
    const { stdout, stderr } = await promisify(execFile)("sh", args, { env: cleanEnvironment() as NodeJS.ProcessEnv });
    expect(stdout).toMatch(/^Once upon a time/);
    expect(stderr).toMatch(SAID);
  },
);
