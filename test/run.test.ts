/** tools/run.js in a small repository of its own, where a script stands for pnpm, one for tsc and one for the program. */
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

let repository = "";

beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), "tsgpt-run-"));
  write("package.json", '{ "type": "module" }');
  write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n");
  write("packages/tensor/build-kernels.js", "");
  write("node_modules/typescript/bin/tsc", "");
  write("program.js", "console.log(JSON.stringify({ cwd: process.cwd(), argv: process.argv.slice(2) }));");
  write("pnpm.js", 'import { writeFileSync } from "node:fs"; writeFileSync("calls", "");');
  cpSync(join(import.meta.dirname, "../tools/run.js"), join(repository, "tools/run.js"));
});
afterEach(() => rmSync(repository, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(repository, path)), { recursive: true });
  writeFileSync(join(repository, path), text);
}

/** Runs it as a script of package.json does, called from the directory `from`. */
function run(
  args: readonly string[],
  from = repository,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const env = { ...process.env, npm_execpath: join(repository, "pnpm.js"), INIT_CWD: from };
  const child = spawn(process.execPath, ["tools/run.js", ...args], {
    cwd: repository,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (piece: string) => {
      output[name] += piece;
    });
  }
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...output })));
}

const INSTALLING = "installing packages, once; this takes about 20 seconds ...\n";
const BUILDING = "building ...\n";

test("the first run installs and builds, and says so on stderr", async () => {
  const { code, stdout, stderr } = await run(["program.js", "Once upon a time", "--seed", "1"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: INSTALLING + BUILDING });
  expect(JSON.parse(stdout).argv).toEqual(["Once upon a time", "--seed", "1"]);
  expect(existsSync(join(repository, "calls"))).toBe(true);
});

test("a later run installs nothing and says nothing", async () => {
  await run([]);
  rmSync(join(repository, "calls"));
  write("packages/cli/dist/main.js", "");
  write("packages/tensor/src/kernels/simd/binary.ts", "");
  expect(await run([])).toEqual({ code: 0, stdout: "", stderr: "" });
  expect(existsSync(join(repository, "calls"))).toBe(false);
});

test("another lockfile is installed", async () => {
  await run([]);
  write("pnpm-lock.yaml", "lockfileVersion: '9.0'\n\nsettings: {}\n");
  expect((await run([])).stderr).toContain(INSTALLING);
});

test("what fails is shown, nothing is run, and the next run tries again", async () => {
  write("pnpm.js", 'console.error("ENOTFOUND registry"); process.exit(1);');
  const first = await run(["program.js"]);
  expect(first.code).toBe(1);
  expect(first.stdout).toBe("");
  expect(first.stderr).toMatch(/ENOTFOUND registry\nerror: installing failed: .*pnpm\.js install\n$/);
  expect((await run(["program.js"])).stderr).toContain(INSTALLING);
});

test("an error of the compiler is shown", async () => {
  write("node_modules/typescript/bin/tsc", 'console.log("tensor.ts(1,1): error TS1005"); process.exit(2);');
  const { code, stderr } = await run(["program.js"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/tensor\.ts\(1,1\): error TS1005\nerror: building failed: .* -b\n$/);
});

test("the program runs in the caller's working directory", async () => {
  mkdirSync(join(repository, "docs"));
  const { stdout } = await run(["program.js"], join(repository, "docs"));
  expect(JSON.parse(stdout).cwd).toMatch(/docs$/);
});
