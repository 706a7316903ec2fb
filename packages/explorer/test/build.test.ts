/** When `pnpm explore` builds the page again, and what it says of one that does not build. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { build } from "vite";
import { expect, test } from "vitest";
import { describeFailure, digest, workspacePackages } from "../server/build.ts";

const explorer = join(import.meta.dirname, "..");

/** The packages of the workspace that the sources in a folder name. */
function namedIn(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) => /\.tsx?$/.test(path));
  return paths.flatMap((path) => {
    const source = readFileSync(join(folder, path), "utf8");
    return [...source.matchAll(/["'`](@tsgpt\/[a-z]+)/g)].map(([, name]) => name);
  });
}

test("every package of the workspace that the page imports, at any depth, is one that it is made of", () => {
  const folders = [...workspacePackages(explorer)];
  const known = folders.map((folder) => JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).name);
  const sources = [explorer, ...folders.filter((folder) => dirname(folder) === dirname(explorer))];
  const named = new Set([...sources.map((folder) => join(folder, "src")), join(explorer, "vite")].flatMap(namedIn));
  expect([...named]).toEqual(expect.arrayContaining(["@tsgpt/measure", "@tsgpt/numeric"]));
  expect(known).toEqual(expect.arrayContaining([...named]));
});

test("the page is not current if what a package has built has changed, also one that another needs", async () => {
  const root = mkdtempSync(join(tmpdir(), "tsgpt-build-"));
  const write = (path: string, content: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  const needs = (folder: string, name: string) => {
    write(`${folder}/package.json`, JSON.stringify({ dependencies: { [name]: "workspace:*", vite: "8.0.0" } }));
    mkdirSync(join(root, folder, "node_modules/@tsgpt"), { recursive: true });
    symlinkSync(join(root, "packages", name.slice(7)), join(root, folder, "node_modules", name), "junction");
  };
  try {
    const own = ["index.html", "vite/a.ts", "vite.config.ts", "src/a.ts", "../../pnpm-lock.yaml"];
    for (const path of own) write(`packages/explorer/${path}`, "");
    write("packages/b/dist/index.js", "1");
    write("packages/b/package.json", "{}");
    write("packages/a/dist/index.js", "1");
    needs("packages/a", "@tsgpt/b");
    needs("packages/explorer", "@tsgpt/a");
    const digests = [await digest(join(root, "packages/explorer"))];
    for (const name of ["a", "b"]) {
      write(`packages/${name}/dist/index.js`, "1 + 1");
      digests.push(await digest(join(root, "packages/explorer")));
    }
    expect(new Set(digests).size).toBe(3);
  } finally {
    rmSync(root, { recursive: true });
  }
});

/** What the build of a page with this script throws. */
async function failureOf(script: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "tsgpt-build-"));
  writeFileSync(join(root, "index.html"), `<script type="module" src="./a.js"></script>`);
  writeFileSync(join(root, "a.js"), script);
  try {
    await build({ root, configFile: false, logLevel: "silent", build: { write: false } });
    return "";
  } catch (error) {
    return describeFailure((error as Error).message).replace(/[^\s(]*\/a\.js/g, "a.js");
  } finally {
    rmSync(root, { recursive: true });
  }
}

test.each([
  [`import "./none.js";`, "[UNRESOLVED_IMPORT] Could not resolve './none.js' in a.js (a.js:1:8)"],
  ["const = 1;", "[PARSE_ERROR] Unexpected token (a.js:1:7)"],
])("%s: one line with the problem and its place", async (script, line) => {
  expect(await failureOf(script)).toBe(line);
});

test.each([
  ["no space left on device", "no space left on device"],
  ["", ""],
])("an error of one line, %s, is that line", (message, line) => {
  expect(describeFailure(message)).toBe(line);
});
