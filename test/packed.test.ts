/**
 * The packages as their users get them: packed, unpacked into an empty project's node_modules, imported by their names,
 * run and type-checked there. Third-party dependencies are linked from this workspace, so that no network is needed.
 */
import { execFile, execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cleanEnvironment } from "../packages/cli/test/clean-environment.ts";
import { fixtureFiles } from "../packages/hub/test/hub-model.ts";
import { type LocalHub, startHub } from "../packages/hub/test/local-hub.ts";
import { manifestIn, members, type Packed, packAll, root } from "./packages/pack.ts";
import { exampleOf } from "./packages/readme-example.ts";
import { sample } from "./setup/sample.ts";

const project = mkdtempSync(join(tmpdir(), "tsgpt-packed-"));
const modules = join(project, "node_modules");
const names = members.map(({ manifest }) => manifest.name);
const withCode = names.filter((name) => name !== "@tsgpt/fairytales");
let packed: readonly Packed[] = [];

function install({ name, folder, tarball, manifest: { dependencies = {} } }: Packed): void {
  const to = join(modules, name);
  mkdirSync(to, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", to, "--strip-components=1"]);
  for (const dependency of Object.keys(dependencies).filter((key) => !names.includes(key))) {
    const link = join(modules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    if (!existsSync(link)) symlinkSync(join(root, folder, "node_modules", dependency), link);
  }
}

beforeAll(() => {
  writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  packed = packAll(project);
  for (const one of packed) install(one);
  mkdirSync(join(modules, "@types"));
  symlinkSync(join(root, "node_modules/@types/node"), join(modules, "@types/node"));
  cpSync(join(root, "weights/fairytales"), join(project, "model"), { recursive: true });
}, 60_000);

afterAll(() => rmSync(project, { recursive: true, force: true }), 60_000);

const { NODE_PATH: _, ...env } = cleanEnvironment(); // pnpm's, which leads back to this workspace
const node = (...args: string[]) =>
  execFileSync(process.execPath, args, { cwd: project, env, stdio: "pipe" }).toString();
const filesOf = (name: string): readonly string[] => packed.find((one) => one.name === name)?.files ?? [];

test.each(withCode)(
  "%s brings its code, its types, its sources, a README and the license, and nothing else",
  (name) => {
    const files = filesOf(name);
    const entry = name === "tsgpt" ? "main" : "index";
    const needed = [
      "LICENSE",
      "README.md",
      "package.json",
      `dist/${entry}.js`,
      `dist/${entry}.d.ts`,
      `src/${entry}.ts`,
    ];
    expect(files).toEqual(expect.arrayContaining(needed));
    const isOurs =
      /^(LICENSE|README\.md|package\.json|schemas\/\w+\.json|src\/.*\.(ts|json)|dist\/.*\.(js|d\.ts)(\.map)?)$/;
    expect(files.filter((file) => !isOurs.test(file))).toEqual([]);
  },
);

test("@tsgpt/fairytales brings the model, its card, its sources and its license", () => {
  expect([...filesOf("@tsgpt/fairytales")].sort()).toEqual([
    "LICENSE",
    "README.md",
    "SOURCES.tsv",
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "package.json",
    "tokenizer.json",
  ]);
  expect(readFileSync(join(modules, "@tsgpt/fairytales/LICENSE"), "utf8")).toContain("CC0 1.0 Universal");
});

test.each(names)("%s names versions of the packages it needs", (name) => {
  const { dependencies = {} } = manifestIn(join(modules, name));
  for (const range of Object.values(dependencies)) expect(range).toMatch(/^\^?\d/);
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

describe("the example in the README", () => {
  let hub: LocalHub;
  beforeAll(async () => {
    hub = await startHub({ "distilbert/distilgpt2": { revisions: { main: fixtureFiles("tiny-tied") } } });
  });
  afterAll(() => hub.close());
  const untimed = (output: string) => output.trimEnd().replaceAll(/[\d.]+ tokens\/s/g, "0 tokens/s");

  const others = names.filter((name) => name !== "tsgpt");
  test.concurrent.each(["tsgpt", ...sample(others, 3)])("of %s is short, and prints what is shown", async (name) => {
    const { code, output } = exampleOf(readFileSync(join(modules, name, "README.md"), "utf8"));
    expect(code.trimEnd().split("\n").length).toBeLessThanOrEqual(12);
    const file = join(project, `${name.replace("/", "-")}.js`);
    writeFileSync(file, code);
    const options = { cwd: project, env: { ...env, HF_ENDPOINT: hub.url } };
    const { stdout } = await promisify(execFile)(process.execPath, [file], options);
    expect(untimed(stdout)).toBe(untimed(output));
  });

  test.each(names)("of %s follows a line that installs what it imports", (name) => {
    const readme = readFileSync(join(modules, name, "README.md"), "utf8");
    const installed = /^npm install (.*)$/m.exec(readme)?.[1]?.split(" ") ?? [];
    const { code } = exampleOf(readme);
    const imported = [...code.matchAll(/(?:from |resolve\()"((?:@tsgpt\/)?\w+)[/"]/g)].map(([, from]) => from);
    expect(installed[0]).toBe(name);
    expect([...new Set(imported)].sort()).toEqual([...installed].sort());
  });
});

test("the packed command runs", () => {
  const { bin, version } = manifestIn(join(modules, "tsgpt")) as unknown as { bin: { tsgpt: string }; version: string };
  const main = join(modules, "tsgpt", bin.tsgpt);
  expect(node(main, "--help")).toContain("Usage: tsgpt");
  expect(node(main, "--version")).toBe(`${version}\n`);
  const few = ["--max-tokens", "2", "--quiet"];
  expect(node(main, "generate", "Once", "--model", "model", ...few)).toMatch(/^Once/);
  expect(node(main, "generate", "Once", ...few)).toMatch(/^Once/);
  rmSync(join(modules, "@tsgpt/fairytales"), { recursive: true });
  expect(() => node(main, "generate", "Once")).toThrow(
    /has no bundled model; give a folder, or a model of the hub: org\/name/,
  );
  install(packed.find(({ name }) => name === "@tsgpt/fairytales") as Packed);
});

test("the library of tsgpt generates, without a line of the command", () => {
  writeFileSync(
    join(project, "library.cjs"),
    `const { strict: assert } = require("node:assert");
     (async () => {
       const { generate, loadModel } = await import("tsgpt");
       const model = await loadModel();
       const { text } = await generate(model, "Once upon a time", { seed: 14, maxTokens: 8 });
       assert.equal(process.listenerCount("SIGINT"), 0);
       console.log("Once upon a time" + text);
     })();`,
  );
  const main = join(modules, "tsgpt/dist/main.js");
  const prompt = ["Once upon a time", "--top-p", "0.9"]; // the library has the lecture's, not the model's own
  const command = node(main, "generate", ...prompt, "--seed", "14", "--max-tokens", "8", "--quiet");
  expect(node("library.cjs")).toBe(command);
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
     forward(model, ["1"]);
     import { type GeneratedText, type GenerateOptions, generate, loadModel as load } from "tsgpt";
     const options: GenerateOptions = { temperature: 0.8, topP: 0.9, maxTokens: 5, seed: 1, stop: ["."] };
     const loaded: Model = await load("fairytales", { dtype: "f32", threads: 1 });
     export const whole: GeneratedText = await generate(loaded, "Once", options);
     for await (const { text, id } of generate(loaded, [1, 2])) console.log(text.length + id);
     // @ts-expect-error: no such option
     generate(loaded, "Once", { max_tokens: 5 });`,
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const strict = ["--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess"];
  const flags = ["--noEmit", ...strict, "--types", "node", "--target", "es2022", "--module", "nodenext", "typed.ts"];
  expect(() => node(tsc, ...flags)).not.toThrow();
});
