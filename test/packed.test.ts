/**
 * The packages as their users get them: packed, unpacked into an empty project's node_modules, imported by their names,
 * run and type-checked there. Third-party dependencies are linked from this workspace, so that no network is needed.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const packages = ["numeric", "tensor", "gpt", "hub", "measure", "sampling", "analysis", "cli"];
const project = mkdtempSync(join(tmpdir(), "tsgpt-packed-"));
const modules = join(project, "node_modules");

/** Runs the pnpm that runs this test: only pnpm puts versions where the workspace says `workspace:*`. */
function pnpm(args: string[], cwd: string): string {
  const path = process.env["npm_execpath"] ?? "";
  const isScript = /\.[cm]?js$/.test(path);
  const command = isScript ? [process.execPath, path] : path.includes("pnpm") ? [path] : ["npx", "--yes", "pnpm@12"];
  const [file = "", ...first] = command;
  return execFileSync(file, [...first, ...args], { cwd, stdio: "pipe" }).toString();
}

function install(name: string): void {
  const from = join(root, "packages", name);
  const before = new Set(readdirSync(project));
  pnpm(["pack", "--pack-destination", project], from);
  const tarball = readdirSync(project).find((file) => file.endsWith(".tgz") && !before.has(file));
  const to = join(modules, "@tsgpt", name);
  mkdirSync(to, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, tarball as string), "-C", to, "--strip-components=1"]);
  linkDependencies(from);
}

const manifest = (name: string) => JSON.parse(readFileSync(join(modules, "@tsgpt", name, "package.json"), "utf8"));

function linkDependencies(from: string): void {
  const { dependencies = {} } = JSON.parse(readFileSync(join(from, "package.json"), "utf8"));
  for (const dependency of Object.keys(dependencies).filter((key) => !key.startsWith("@tsgpt/"))) {
    const link = join(modules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(from, "node_modules", dependency), link);
  }
}

beforeAll(() => {
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  for (const name of packages) install(name);
  mkdirSync(join(modules, "@types"));
  symlinkSync(join(root, "node_modules/@types/node"), join(modules, "@types/node"));
  cpSync(join(root, "weights/fairytales"), join(project, "model"), { recursive: true });
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }));

const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: project, stdio: "pipe" }).toString();

test.each(packages)("%s brings its code, its types, its sources, a README and the license", (name) => {
  const files = readdirSync(join(modules, "@tsgpt", name));
  expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist", "package.json", "src"]));
  expect(files).not.toContain("test");
});

test.each(packages)("%s names versions of the packages it needs", (name) => {
  for (const range of Object.values(manifest(name).dependencies ?? {})) expect(range).toMatch(/^\^?\d/);
});

test("the packed library loads a model and generates", () => {
  writeFileSync(
    join(project, "use.js"),
    `import { createReferenceEngine, Tensor, softmax } from "@tsgpt/tensor";
     import { generate } from "@tsgpt/gpt";
     import { loadModel } from "@tsgpt/gpt/node";
     import { createSampler, presetChain } from "@tsgpt/sampling";
     const model = await loadModel("model");
     const sample = createSampler(presetChain("lecture"), { seed: 1 });
     const ids = [];
     for await (const { id } of generate(model, "Once upon a time", { sample, maxTokens: 4 })) ids.push(id);
     console.log(ids.length, softmax(Tensor.from([0, 0]), createReferenceEngine()).toArray().join());`,
  );
  expect(node("use.js")).toBe("4 0.5,0.5\n");
});

test.each(["numeric", "tensor", "gpt", "hub", "measure", "sampling", "analysis"])(
  "the code in the README of %s runs",
  (name) => {
    const readme = readFileSync(join(modules, "@tsgpt", name, "README.md"), "utf8");
    const code = /^```js\n([\s\S]*?)^```$/m.exec(readme)?.[1] as string;
    writeFileSync(join(project, "readme.js"), code.replace("path/to/gpt2", "model"));
    expect(() => node("readme.js")).not.toThrow();
  },
);

test("the packed command runs", () => {
  const bin = join(modules, "@tsgpt/cli", manifest("cli").bin.tsgpt);
  expect(node(bin, "--help")).toContain("Usage: tsgpt");
  expect(node(bin, "--version")).toBe(`${manifest("cli").version}\n`);
  expect(node(bin, "generate", "Once", "--model", "model", "--max-tokens", "2", "--quiet")).toMatch(/^Once/);
  expect(() => node(bin, "generate", "Once")).toThrow(/has no bundled model; give --model a folder/);
});

test("the packed types stand alone", { timeout: 60_000 }, () => {
  writeFileSync(
    join(project, "typed.ts"),
    `import { forward, type Model } from "@tsgpt/gpt";
     import { loadModel } from "@tsgpt/gpt/node";
     import type { Tensor } from "@tsgpt/tensor";
     const model: Model = await loadModel("model");
     export const logits: Tensor = forward(model, [1, 2, 3]);
     // @ts-expect-error: ids are numbers
     forward(model, ["1"]);`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const flags = ["--noEmit", "--strict", "--types", "node", "--target", "es2022", "--module", "nodenext", "typed.ts"];
  expect(() => node(tsc, ...flags)).not.toThrow();
});
