/**
 * What people type: `npx -y tsgpt` in an empty folder and `npm install tsgpt`, with a registry on loopback that has the packed
 * packages and nothing else. No model is downloaded: the hub is one that nobody serves.
 */
import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanEnvironment } from "../packages/cli/test/clean-environment.ts";
import { MAIN } from "../packages/cli/test/process.ts";
import { root } from "./packages/pack.ts";
import { type Registry, startRegistry } from "./packages/registry.ts";
import { FULL } from "./setup/sample.ts";

const folder = mkdtempSync(join(tmpdir(), "tsgpt-registry-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

const PROMPT = ["generate", "Once upon a time", "--top-p", "0.9", "--seed", "14", "--max-tokens", "12", "--quiet"];

describe.runIf(FULL && process.platform === "linux")("from a registry", { timeout: 240_000 }, () => {
  let registry: Registry;
  let expected = "";
  beforeAll(async () => {
    registry = await startRegistry(folder);
    expected = await run(process.execPath, [MAIN, ...PROMPT], folder);
    expect(expected).toMatch(/^Once upon a time .{20}/);
  }, 120_000);
  afterAll(() => registry.close());

  /** Runs a command as a new user: an empty home, no setting of npm or pnpm but the registry. */
  async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
    const kept = Object.entries(cleanEnvironment()).filter(
      ([name]) => !/^(npm_|pnpm_|NODE_PATH$|INIT_CWD$|XDG_)/i.test(name),
    );
    const home = join(folder, "home");
    mkdirSync(home, { recursive: true });
    writeFileSync(join(home, ".npmrc"), `registry=${registry.url}\n`);
    const env = { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home };
    return (await promisify(execFile)(command, args, { cwd, env })).stdout;
  }

  function emptyFolder(name: string): string {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  }

  const LIBRARY = `import { generate, loadModel } from "tsgpt";
    const model = await loadModel();
    const { text } = await generate(model, "Once upon a time", { seed: 14, maxTokens: 12 });
    console.log("Once upon a time" + text);`;

  test("npx -y tsgpt generates in an empty folder, and leaves it empty", async () => {
    const cwd = emptyFolder("npx");
    expect(await run("npx", ["-y", "tsgpt", ...PROMPT], cwd)).toBe(expected);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("npm install tsgpt brings the command and the library", async () => {
    const cwd = emptyFolder("npm");
    await run("npm", ["install", "--no-audit", "--no-fund", "tsgpt"], cwd);
    expect(await run(join(cwd, "node_modules/.bin/tsgpt"), PROMPT, cwd)).toBe(expected);
    writeFileSync(join(cwd, "use.mjs"), LIBRARY);
    expect(await run(process.execPath, ["use.mjs"], cwd)).toBe(expected);
  });

  test("so does pnpm add, where a package sees only what it names", async () => {
    const cwd = emptyFolder("pnpm");
    writeFileSync(join(cwd, "package.json"), "{}");
    const pnpm = join(root, "node_modules/.bin/pnpm");
    await run(pnpm, ["add", "--store-dir", join(folder, "store"), "tsgpt"], cwd);
    expect(readdirSync(join(cwd, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["tsgpt"]);
    writeFileSync(join(cwd, "use.mjs"), LIBRARY);
    expect(await run(process.execPath, ["use.mjs"], cwd)).toBe(expected);
  });

  test("nothing was asked for that the registry does not have", () => {
    const own = /^(p?npm$|-\/npm\/)/; // whether there is a newer one, or a vulnerability
    const optional = /^(bullmq|ioredis)$/; // peers of @tsgpt/batch, which nothing installs
    expect(registry.unknown.filter((path) => !own.test(path) && !optional.test(path))).toEqual([]);
  });
});
