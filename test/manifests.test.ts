/** The package.json of every published package: what npm shows and checks, complete and the same everywhere. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
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

/** Modules that do something when they are imported, besides declaring: bundlers may drop any other. */
function modulesWithEffects(folder: string): string[] {
  const dist = join(root, folder, "dist");
  const modules = readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  return modules.filter((name) => hasEffect(readFileSync(join(dist, name), "utf8"))).sort();
}

/** A property that a module sets of its own constant is seen only by those who import that. */
function hasEffect(module: string): boolean {
  const code = module.replace(/^#!.*/, "");
  const declares = /^(Import|ExportAll|Export(Named|Default)|Function|Variable|Class)Declaration$/;
  const setsOwn = (statement: string) => {
    const name = /^(\w+)\.\w+ = /.exec(statement)?.[1];
    return name !== undefined && new RegExp(`^(export )?const ${name} =`, "m").test(code);
  };
  return parseAst(code).body.some((statement) =>
    declares.test(statement.type)
      ? statement.type === "ImportDeclaration" && statement.specifiers.length === 0
      : !setsOwn(code.slice(statement.start, statement.end)),
  );
}

test("a statement outside of declarations is an effect, and so is an import of nothing", () => {
  expect(hasEffect('import { a } from "./a.js";\nexport const b = a();\nexport function c() {}')).toBe(false);
  expect(hasEffect("process.on(1);")).toBe(true);
  expect(hasEffect('import "./a.js";')).toBe(true);
  expect(hasEffect("const a = {};\na.b = 1;")).toBe(false);
  expect(hasEffect('import { a } from "./a.js";\na.b = 1;')).toBe(true);
});

test.each(code)("$manifest.name names the modules with side effects", ({ folder, manifest }) => {
  const found = modulesWithEffects(folder);
  const both = found.flatMap((name) => [`./dist/${name}`, `./src/${name.replace(/\.js$/, ".ts")}`]);
  expect([manifest["sideEffects"]].flat().sort()).toEqual(both.length === 0 ? [false] : both.sort());
});
