/** The documents tell the truth: their code runs, their commands exist, their links lead somewhere. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const documents = ["README.md", "CONTRIBUTING.md", "weights/README.md", ...markdownIn("docs")];
const scratch = join(root, "examples/dist/documents"); // inside a member, so that packages are found by name

function markdownIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
}

const COMMANDS = "generate sample logits compare tokens watermark bench random pull models info remove".split(" ");
const text = (document: string) => readFileSync(join(root, document), "utf8");
const blocks = (document: string, language: string): string[] =>
  [...text(document).matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map((match) => match[2]);
const snippets = documents.flatMap((document) =>
  blocks(document, "ts").map((code, i) => ({ document, number: i + 1, code })),
);
const commands = documents.flatMap((document) =>
  [...text(document).matchAll(/npx pnpm@12 (?:--silent )?([a-z-]+)(?: ([a-z]+))?/g)].map(([line, script, command]) => ({
    document,
    line,
    script,
    command,
  })),
);

beforeAll(() => mkdirSync(scratch, { recursive: true }));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe.each(documents)("%s", (document) => {
  test("links lead to files that exist", () => {
    const links = [...text(document).matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map((match) => match[1]);
    expect(links.filter((link) => !existsSync(join(root, dirname(document), link)))).toEqual([]);
  });
});

test("there are snippets and commands to check", () => {
  expect(snippets.length).toBeGreaterThan(3);
  expect(commands.length).toBeGreaterThan(3);
});

test.concurrent.each(snippets)("the snippet $number of $document runs", async ({ document, number, code }) => {
  const file = join(scratch, `${document.replaceAll(/\W/g, "-")}-${number}.js`);
  writeFileSync(file, code); // the snippets' TypeScript has no types to strip
  expect(() => execFileSync(process.execPath, [file], { cwd: root, stdio: "pipe" })).not.toThrow();
});

test.each(commands)("$document: `$line` exists", ({ script, command }) => {
  const { scripts } = JSON.parse(text("package.json"));
  const known = [...Object.keys(scripts), "install", "exec"];
  expect(known).toContain(script);
  if (script === "tsgpt" && command) expect(COMMANDS).toContain(command);
});

test.each(COMMANDS)("the options the documents give tsgpt %s exist", (command) => {
  const main = join(root, "packages/cli/dist/main.js");
  const help = spawnSync(process.execPath, [main, command, "--help"]).stdout.toString();
  const called =
    command === "generate"
      ? /(?:tsgpt generate|pnpm@12 start)([^\n`]*)/g
      : new RegExp(`tsgpt ${command}([^\\n\`]*)`, "g");
  const options = documents.flatMap((document) =>
    [...text(document).matchAll(called)].flatMap(([line]) => line.match(/ --[a-z-]+/g) ?? []),
  );
  expect(options.filter((option) => !help.includes(option.trim()) && option !== " --help")).toEqual([]);
});
