/** Everything that the packages export has a docstring, and is in the API reference that is built from them. */
import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { members, root } from "./packages/pack.ts";
import { FULL } from "./setup/sample.ts";

interface Entry {
  /** What it is imported by. */
  readonly name: string;
  readonly file: string;
}

const entries: readonly Entry[] = members.flatMap(({ folder, manifest }) =>
  Object.entries(manifest["exports"] as Record<string, { "@tsgpt/source"?: string }>).flatMap(([key, to]) => {
    const source = to["@tsgpt/source"];
    return source === undefined ? [] : [{ name: manifest.name + key.slice(1), file: join(root, folder, source) }];
  }),
);

interface Export {
  readonly name: string;
  /** Undefined for what another package declares. */
  readonly file: string | undefined;
}

/** Whether no entry before this one exports the same; if one does, the reference has its page there. */
function isFirst(entry: Entry, { name, file }: Export): boolean {
  const same = (other: Export) => other.name === name && other.file === file;
  return file !== undefined && entries.find((each) => exportsOf(each).some(same)) === entry;
}

function exportsOf({ file }: Entry): Export[] {
  return [...readFileSync(file, "utf8").matchAll(/^export (?:type )?\{([^}]*)\} from "([^"]+)"/gm)].flatMap(
    ([, names = "", from = ""]) =>
      names
        .split(",")
        .map((name) => name.trim().replace(/^type /, ""))
        .filter(Boolean)
        .map((name) => ({ name, file: from.startsWith(".") ? join(dirname(file), from) : undefined })),
  );
}

/** Whether the declaration of `name` comes right after a docstring. */
function hasDocstring(code: string, name: string): boolean {
  const at = new RegExp(
    `^export (?:declare |abstract |async )*(?:const|function\\*?|class|interface|type) ${name}\\b`,
    "m",
  ).exec(code);
  return at !== null && code.slice(0, at.index).endsWith("*/\n");
}

test("a comment at the head of a file is no docstring", () => {
  expect(hasDocstring("/** Doc. */\nexport interface Shape {}", "Shape")).toBe(true);
  expect(hasDocstring("/** Head. */\n\nexport interface Shape {}", "Shape")).toBe(false);
  expect(hasDocstring("/** Doc. */\nexport interface Shaped {}", "Shape")).toBe(false);
});

test.each(entries)("every export of $name has a docstring", (entry) => {
  const exported = exportsOf(entry).filter(({ file }) => file !== undefined && !file.includes("#"));
  expect(exported.length).toBeGreaterThan(3);
  const without = exported.filter(({ name, file }) => !hasDocstring(readFileSync(file as string, "utf8"), name));
  expect(without.map(({ name }) => name)).toEqual([]);
});

describe.runIf(FULL)("the reference", () => {
  const html = join(root, "tools/api-reference/html");
  beforeAll(async () => {
    const run = promisify(execFile);
    const flags = ["--no-audit", "--no-fund", "--prefer-offline"];
    await run("npm", ["ci", "--prefix", join(root, "tools/api-reference"), ...flags]);
    await run(process.execPath, [join(root, "tools/api-reference/build.js")]); // fails on any warning
  }, 600_000);

  test.each(entries)("has every export of $name, with its docstring", (entry) => {
    const module = entry.name.replaceAll(/[@/]/g, "_");
    const overview = readFileSync(join(html, "modules", `${module}.html`), "utf8");
    const kinds = readdirSync(html).filter((kind) => /^(functions|classes|interfaces|types|variables)$/.test(kind));
    for (const { name, file } of exportsOf(entry)) {
      const pages = kinds.map((kind) => join(html, kind, `${module}.${name}.html`)).filter((page) => existsSync(page));
      expect(overview).toContain(name);
      if (isFirst(entry, { name, file })) expect(pages, name).toHaveLength(1);
      for (const page of pages) expect(readFileSync(page, "utf8"), name).toContain("tsd-comment");
    }
  });

  test("links from one package to another", () => {
    const page = readFileSync(join(html, "functions/_tsgpt_gpt.forward.html"), "utf8");
    expect(page).toContain('href="../classes/_tsgpt_tensor.Tensor.html"');
  });

  test("shows the options of a chain, with what they mean", () => {
    const page = readFileSync(join(html, "interfaces/tsgpt.GenerateOptions.html"), "utf8");
    for (const option of ["topP", "temperature", "repetitionPenalty", "maxTokens"]) expect(page).toContain(option);
  });
});
