/** pnpm-lock.yaml is whole: what it refers to is in it, and it is that of the manifests. A merge may break it unseen. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const text = readFileSync(join(root, "pnpm-lock.yaml"), "utf8");

interface Reference {
  /** The folder of a package, or the package itself. */
  readonly by: string;
  readonly name: string;
  readonly version: string;
}

/** The lines of a section: how far each is indented, its key, and its value; all without quotes. */
function linesOf(lockfile: string, section: string) {
  const [, body = ""] = lockfile.split(new RegExp(`^${section}:\n`, "m"));
  const [own = ""] = body.split(/^\S/m);
  return [...own.matchAll(/^( +)('[^']+'|[^\s:]+(?::[^\s:]+)*):(?: (.+))?$/gm)].map(([, indent, key, value]) => {
    return { depth: indent?.length, key: unquoted(key), value: unquoted(value) };
  });
}

function unquoted(value = ""): string {
  return value.replace(/^'(.*)'$/, "$1");
}

/** What the folders of the workspace depend on. */
function ofImporters(lockfile: string): (Reference & { readonly specifier: string })[] {
  const found: (Reference & { specifier: string })[] = [];
  let [by, name, specifier] = ["", "", ""];
  for (const { depth, key, value } of linesOf(lockfile, "importers")) {
    if (depth === 2) by = key;
    else if (depth === 6) name = key;
    else if (key === "specifier") specifier = value;
    else if (key === "version") found.push({ by, name, version: value, specifier });
  }
  return found;
}

/** What the packages depend on. */
function ofPackages(lockfile: string): Reference[] {
  let by = "";
  return linesOf(lockfile, "snapshots").flatMap(({ depth, key, value }) => {
    if (depth === 2) by = key;
    return depth === 6 && value !== "" ? [{ by, name: key, version: value }] : [];
  });
}

/** References to packages that are not in it: pnpm's ERR_PNPM_LOCKFILE_MISSING_DEPENDENCY. */
function missing(lockfile: string): string[] {
  const keysOf = (section: string) =>
    linesOf(lockfile, section).flatMap(({ depth, key }) => (depth === 2 ? [key] : []));
  const [snapshots, packages] = [new Set(keysOf("snapshots")), new Set(keysOf("packages"))];
  const isThere = ({ name, version }: Reference) => snapshots.has(`${name}@${version}`) || snapshots.has(version);
  const references = [...ofImporters(lockfile), ...ofPackages(lockfile)].filter(
    ({ version }) => !version.startsWith("link:"),
  );
  expect(references.length).toBeGreaterThan(300);
  return [
    ...references.filter((each) => !isThere(each)).map(({ by, name, version }) => `${by}: ${name}@${version}`),
    ...[...snapshots].filter((key) => !packages.has(key.replace(/\(.*$/, ""))),
  ];
}

test("what it refers to is in it", () => {
  expect(missing(text)).toEqual([]);
});

test("a reference that a merge left behind is found", () => {
  const importer = /( {2}examples\/browser:\n[\s\S]*?version: 8[^\n]*?)\(terser@[\d.]+\)/;
  expect(text).toMatch(importer);
  expect(missing(text.replace(importer, "$1"))).toEqual([expect.stringMatching(/^examples\/browser: vite@8/)]);
});

test("it has the dependencies of every manifest, at their versions", () => {
  const references = ofImporters(text);
  const folders = linesOf(text, "importers").flatMap(({ depth, key }) => (depth === 2 ? [key] : []));
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const { dependencies, devDependencies, optionalDependencies } = manifest;
    const locked = references.filter(({ by }) => by === folder).map(({ name, specifier }) => [name, specifier]);
    const expected = { ...dependencies, ...devDependencies, ...optionalDependencies };
    expect({ folder, ...Object.fromEntries(locked) }).toEqual({ folder, ...expected });
  }
});
