/** Import rules: which package may import which, by name only and without cycles, and which packages run unchanged in a browser. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** What each member may import of the others. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  "packages/numeric": [],
  "packages/tensor": ["@tsgpt/numeric"],
  "packages/sampling": ["@tsgpt/numeric"],
  "packages/gpt": ["@tsgpt/numeric", "@tsgpt/tensor"],
  "packages/hub": ["@tsgpt/numeric", "@tsgpt/gpt"],
  "packages/measure": ["@tsgpt/numeric", "@tsgpt/tensor", "@tsgpt/gpt"],
  "packages/analysis": ["@tsgpt/numeric", "@tsgpt/tensor", "@tsgpt/gpt", "@tsgpt/sampling"],
  "packages/batch": [],
  "packages/train": ["@tsgpt/numeric", "@tsgpt/tensor", "@tsgpt/gpt"],
  "packages/serve": ["@tsgpt/numeric", "@tsgpt/tensor", "@tsgpt/gpt", "@tsgpt/sampling"],
  "packages/cli": [
    "@tsgpt/numeric",
    "@tsgpt/tensor",
    "@tsgpt/gpt",
    "@tsgpt/hub",
    "@tsgpt/measure",
    "@tsgpt/sampling",
    "@tsgpt/analysis",
    "@tsgpt/train",
    "@tsgpt/batch",
    "@tsgpt/serve",
    "@tsgpt/fairytales",
  ],
  "packages/explorer": [
    "@tsgpt/tensor",
    "@tsgpt/gpt",
    "@tsgpt/hub",
    "@tsgpt/measure",
    "@tsgpt/sampling",
    "@tsgpt/analysis",
    "@tsgpt/fairytales",
  ],
  bench: [
    "@tsgpt/serve",
    "@tsgpt/batch",
    "@tsgpt/numeric",
    "@tsgpt/tensor",
    "@tsgpt/gpt",
    "@tsgpt/measure",
    "@tsgpt/sampling",
    "@tsgpt/analysis",
    "@tsgpt/train",
  ],
  examples: [
    "@tsgpt/numeric",
    "@tsgpt/tensor",
    "@tsgpt/gpt",
    "@tsgpt/sampling",
    "@tsgpt/analysis",
    "@tsgpt/train",
    "@tsgpt/fairytales",
    "tsgpt",
  ],
  "examples/browser": ["@tsgpt/gpt", "@tsgpt/sampling", "@tsgpt/fairytales"],
};
const members = Object.keys(ALLOWED);
const core = [
  "packages/numeric",
  "packages/tensor",
  "packages/sampling",
  "packages/gpt",
  "packages/measure",
  "packages/analysis",
  "packages/train",
];

interface Source {
  readonly path: string; // from the root
  readonly code: string; // without comments
  readonly imports: readonly string[];
}

function sourcesOf(member: string, others = /node_modules|dist|assembly/): Source[] {
  const folder = member === "examples" ? member : join(member, "src");
  const isOther = (name: string) => members.includes(join(folder, name.split("/")[0] as string)); // a member in a member
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).filter((name) => !isOther(name));
  const files = names.filter((name) => /\.tsx?$/.test(name) && !others.test(name));
  return files.map((name) => {
    const path = join(folder, name);
    const code = withoutComments(readFileSync(join(root, path), "utf8"));
    return { path, code, imports: importsOf(code) };
  });
}

function withoutComments(code: string): string {
  return code.replaceAll(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, "");
}

/** What a file imports or exports from, types included. */
function importsOf(code: string): string[] {
  return [...code.matchAll(/(?:\bfrom|\bimport|\bimport\()\s*"([\w@./:-]+)"/g)].map((match) => match[1]);
}

/** `@tsgpt/gpt` of "@tsgpt/gpt/node"; `commander` of "commander". */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

test("every member of the workspace has a rule here", () => {
  const packages = readdirSync(join(root, "packages")).map((name) => `packages/${name}`);
  expect([...packages, "bench", "examples", "examples/browser"].sort()).toEqual([...members].sort());
});

describe.each(members)("%s", (member) => {
  const sources = sourcesOf(member);
  const manifest = JSON.parse(readFileSync(join(root, member, "package.json"), "utf8"));
  const dependencies = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });

  test("depends on no package above it", () => {
    const own = dependencies.filter((name) => /^(@tsgpt\/|tsgpt$)/.test(name));
    expect(own.filter((name) => !ALLOWED[member].includes(name))).toEqual([]);
  });

  test("imports only what its package.json declares, and Node's own", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => !/^(\.|#|node:)/.test(name) && !dependencies.includes(packageOf(name)))
        .map((name) => `${path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  test("no relative import leaves the member, and each ends in .ts, .tsx or .css", () => {
    const home = `${join(root, member)}/`;
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter((name) => name.startsWith("."))
        .filter((name) => !/\.(?:tsx?|css)$/.test(name) || !join(root, path, "..", name).startsWith(home))
        .map((name) => `${path}: ${name}`),
    );
    expect(wrong).toEqual([]);
  });
});

/** Import cycles, type imports included: the files of each, sorted. */
function cyclesOf(sources: readonly Source[]): string[][] {
  const targets = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports // AssemblyScript imports have no extension
        .filter((name) => name.startsWith("."))
        .map((name) => join(path, "..", name.replace(/(?<!\.tsx?)$/, ".ts"))),
    ]),
  );
  const reachable = (from: string): Set<string> => {
    const seen = new Set<string>();
    const waiting = [...(targets.get(from) ?? [])];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      if (!seen.has(next)) waiting.push(...(targets.get(next) ?? []));
      seen.add(next);
    }
    return seen;
  };
  const reach = new Map([...targets.keys()].map((path) => [path, reachable(path)]));
  const cycles = [...reach.keys()]
    .filter((path) => reach.get(path)?.has(path))
    .map((path) => [...reach.keys()].filter((other) => reach.get(path)?.has(other) && reach.get(other)?.has(path)));
  return [...new Map(cycles.map((cycle) => [cycle.sort().join(), cycle])).values()];
}

describe("import cycles", () => {
  const source = (path: string, ...imports: string[]): Source => ({ path, code: "", imports });

  test("a cycle of any length is found, without the files that only lead to it", () => {
    const files = [
      source("a/one.ts", "./two.ts"),
      source("a/two.ts", "../b/three.ts", "node:fs"),
      source("b/three.ts", "../a/one.ts", "./four.ts"),
      source("b/four.ts"),
      source("b/self.ts", "./self"),
      source("b/five.ts", "./three.ts"),
    ];
    expect(cyclesOf(files)).toEqual([["a/one.ts", "a/two.ts", "b/three.ts"], ["b/self.ts"]]);
  });

  test("every form of import counts", () => {
    const forms = `import "./a.ts"; import x from "./b.ts"; import type { Y } from "./c.ts"; export * from "./d.ts";
      export type { Z } from "./e.ts"; const f = await import("./f.ts"); import {\n  g,\n} from "./g.ts"; // "./h.ts"`;
    expect(importsOf(forms)).toEqual(["a", "b", "c", "d", "e", "f", "g"].map((name) => `./${name}.ts`));
  });

  test("there are none", () => {
    expect(members.flatMap((member) => cyclesOf(sourcesOf(member, /node_modules|dist/)))).toEqual([]);
  });
});

/** A package's sources except those for Node: src/node, and tensor's src/host/node.ts. */
function portableSourcesOf(member: string): Source[] {
  const forNode = [join(member, "src/node/"), join(member, "src/host/node.ts")];
  return sourcesOf(member).filter(({ path }) => !forNode.some((place) => path.startsWith(place)));
}

test.each(core)("%s runs in a browser: nothing of Node or of a page outside the sources for Node", (member) => {
  const forbidden = /"node:|\b(?:process|Buffer|require|__dirname|document|window)\s*[.[(]/;
  const outside = portableSourcesOf(member);
  expect(outside.length).toBeGreaterThan(0);
  expect(outside.filter(({ code }) => forbidden.test(code)).map(({ path }) => path)).toEqual([]);
});

test.each(core)("%s: the sources for Node are imported by no other", (member) => {
  const wrong = portableSourcesOf(member).filter(({ imports }) =>
    imports.some((name) => /\/node(\/|\.ts|$)/.test(name)),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

describe("@tsgpt/hub/remote", () => {
  test("imports nothing of Node, however far", () => {
    const sources = new Map(sourcesOf("packages/hub").map((source) => [source.path, source]));
    const seen = new Set(["packages/hub/src/remote.ts"]);
    const foreign: string[] = [];
    for (const path of seen) {
      const { code } = sources.get(path) as Source;
      for (const name of importsOf(code.replaceAll(/(?:import|export) type [^;]*;/g, ""))) {
        if (name.startsWith(".")) seen.add(join(path, "..", name));
        else foreign.push(name);
      }
    }
    expect(seen.size).toBeGreaterThan(8);
    expect([...new Set(foreign)].sort()).toEqual(["@huggingface/hub", "@tsgpt/gpt"]);
  });

  test("is all that the explorer imports of the hub", () => {
    const imports = sourcesOf("packages/explorer").flatMap(({ imports }) => imports);
    expect(imports.filter((name) => packageOf(name) === "@tsgpt/hub" && name !== "@tsgpt/hub/remote")).toEqual([]);
  });
});
