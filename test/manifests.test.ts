/** The package.json of every published package: what npm shows and checks, complete and the same everywhere. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseAst } from "vite";
import { describe, expect, test } from "vitest";
import { manifestIn, members, root } from "./packages/pack.ts";

const workspace = manifestIn(root);
const REPOSITORY = "https://github.com/tsgpt/tsgpt";
const LICENSES: Readonly<Record<string, string>> = { MIT: "MIT License", "CC0-1.0": "CC0 1.0 Universal" };

describe.each(members)("$manifest.name", ({ folder, manifest }) => {
  test("leads to its sources, its page and the place for bugs", () => {
    expect(manifest["repository"]).toEqual({ type: "git", url: `git+${REPOSITORY}.git`, directory: folder });
    expect(manifest["homepage"]).toBe(`${REPOSITORY}/tree/main/${folder}#readme`);
    expect(manifest["bugs"]).toBe(`${REPOSITORY}/issues`);
  });

  test("is published for everyone, with provenance", () => {
    expect(manifest["private"]).toBeUndefined();
    expect(manifest["publishConfig"]).toEqual({ access: "public", provenance: true });
  });

  test("has an author, the license of its LICENSE file, a description and keywords", () => {
    expect(manifest["author"]).toBe("The tsgpt authors");
    expect(readFileSync(join(root, folder, "LICENSE"), "utf8")).toContain(LICENSES[manifest.license] as string);
    expect(manifest["description"]).toMatch(/^.{20,120}$/);
    const keywords = manifest["keywords"] as string[];
    expect(keywords.length).toBeGreaterThan(3);
    expect(new Set(keywords).size).toBe(keywords.length);
  });

  test("has the version of the others, whose exact version it needs", () => {
    expect(manifest.version).toBe(members[0]?.manifest.version);
    const ours = Object.entries(manifest.dependencies ?? {}).filter(([name]) => name.startsWith("@tsgpt/"));
    for (const [, range] of ours) expect(range).toBe("workspace:*");
  });

  test("is checked by publint", () => {
    const { check } = workspace["scripts"] as { check: string };
    expect(check.split(" && ")).toContain(`publint ${folder}`);
  });
});

const code = members.filter(({ folder }) => folder.startsWith("packages/"));

test.each(code)("$manifest.name runs on the Node of the workspace", ({ manifest }) => {
  expect(manifest["engines"]).toEqual({ node: (workspace["engines"] as { node: string }).node });
});

/**
 * Modules that do something when they are imported, besides declaring, and those that another imports nothing of, for
 * their place in a bundle: bundlers may drop any other.
 */
function modulesWithEffects(folder: string): string[] {
  const dist = join(root, folder, "dist");
  const names = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const modules = new Map(names.map((name) => [name, readFileSync(join(dist, name), "utf8")]));
  const placed = names.flatMap((name) => importsOfNothing(name, modules.get(name)));
  return names.filter((name) => hasEffect(name, modules) || placed.includes(name)).sort();
}

/** Whether a module does something, or imports nothing of one that does or that is not of these modules. */
function hasEffect(name: string, modules: ReadonlyMap<string, string>): boolean {
  const module = modules.get(name);
  return acts(module) || importsOfNothing(name, module).some((other) => hasEffect(other, modules));
}

/** Paths from the same folder as the importing module's `name`. */
function importsOfNothing(name: string, module = ""): string[] {
  const specifiers = [...module.matchAll(/^import "([^"]+)";/gm)].map(([, specifier]) => specifier as string);
  return specifiers.map((specifier) => (specifier.startsWith(".") ? join(dirname(name), specifier) : specifier));
}

/** A property that a module sets of its own constant is seen only by those who import that. */
function acts(module: string | undefined): boolean {
  if (module === undefined) return true;
  const code = module.replace(/^#!.*/, "");
  const declares = /^(Import|ExportAll|Export(Named|Default)|Function|Variable|Class)Declaration$/;
  const setsOwn = (statement: string) => {
    const name = /^(\w+)\.\w+ = /.exec(statement)?.[1];
    return name !== undefined && new RegExp(`^(export )?const ${name} =`, "m").test(code);
  };
  return parseAst(code).body.some(
    (statement) => !declares.test(statement.type) && !setsOwn(code.slice(statement.start, statement.end)),
  );
}

test("a statement outside of declarations is an effect", () => {
  expect(acts('import { a } from "./a.js";\nexport const b = a();\nexport function c() {}')).toBe(false);
  expect(acts("process.on(1);")).toBe(true);
  expect(acts("const a = {};\na.b = 1;")).toBe(false);
  expect(acts('import { a } from "./a.js";\na.b = 1;')).toBe(true);
});

test("an import of nothing is an effect if it is of a module that has one, or of another package", () => {
  const from = (a: string) =>
    hasEffect(
      "x/b.js",
      new Map([
        ["x/b.js", 'import "../a.js";'],
        ["a.js", a],
      ]),
    );
  expect(from("process.on(1);")).toBe(true);
  expect(from("export const a = 1;")).toBe(false);
  expect(from('import "elsewhere";')).toBe(true);
});

test.each(code)("$manifest.name names the modules with side effects", ({ folder, manifest }) => {
  const found = modulesWithEffects(folder);
  const both = found.flatMap((name) => [`./dist/${name}`, `./src/${name.replace(/\.js$/, ".ts")}`]);
  expect([manifest["sideEffects"]].flat().sort()).toEqual(both.length === 0 ? [false] : both.sort());
});
