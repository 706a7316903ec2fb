/** docs/prompting.md is what its program writes, to the byte; in a short run one row of its measured tasks. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measuredRow, openLab, promptingDocument } from "../examples/prompting/document.ts";
import { choicesOf, readTask, shareOf, shown } from "../examples/prompting/tasks.ts";
import { readTemplate } from "../packages/cli/src/prompt/read-template.ts";
import { settingsOf } from "../packages/cli/src/prompt/settings.ts";
import { FULL } from "./setup/sample.ts";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const [weights, examples] = [join(root, "weights/fairytales"), join(root, "examples")];
const prompts = join(examples, "prompts");
const template = text("examples/prompting/template.md");

test.runIf(FULL)("the document is what its program writes", { timeout: 600_000 }, async () => {
  expect(text("docs/prompting.md")).toBe(await promptingDocument(weights, examples, template));
});

test("a measured row is what its items give", async () => {
  const { lab, close } = await openLab(weights, examples);
  const row = await measuredRow(lab, "pronoun");
  close();
  expect(text("docs/prompting.md")).toContain(`\n| ${row.join(" | ")} |\n`);
});

test("the document is its template, filled: their lines without a value are the same", () => {
  const fixed = template.split("\n").filter((line) => !line.includes("{{"));
  expect(fixed.filter((line) => !`\n${text("docs/prompting.md")}`.includes(`\n${line}\n`))).toEqual([]);
});

test.each(["pronoun", "question"])(
  "%s.txt: the choices are those of its 60 items, 30 each, no item twice",
  async (name) => {
    const task = await readTask(prompts, name);
    const choices = choicesOf(task);
    const { flags } = await readTemplate(join(prompts, `${name}.txt`));
    expect([...choices].sort()).toEqual([...(flags.choices ?? [])].sort());
    expect(new Set(task.items.map(({ input }) => input)).size).toBe(60);
    for (const choice of choices) expect(task.items.filter(({ label }) => label === choice)).toHaveLength(30);
  },
);

const templates = readdirSync(prompts).filter((name) => name.endsWith(".txt"));

test.each(templates)("%s is a valid template, and says for which model it is", async (name) => {
  const path = join(prompts, name);
  settingsOf(await readTemplate(path), {});
  expect(text(`examples/prompts/${name}`)).toMatch(/^---\n# .*(Written|Made) for (gpt2-(large|xl)|the bundled model)/);
  expect(text("docs/prompting.md")).toContain(`examples/prompts/${name}`);
});

test("Wilson's interval of 48 of 60 is 0.682 to 0.882", () => {
  // center (0.8 + 3.8415 / 120) / (1 + 3.8415 / 60) = 0.7819; half 0.93983 * 1.96 * sqrt(0.16 / 60 + 3.8415 / 14400) = 0.0998
  const { value, low, high } = shareOf(48, 60);
  expect([value, low, high].map((share) => share.toFixed(3))).toEqual(["0.800", "0.682", "0.882"]);
  expect(shown(shareOf(60, 60))).toBe("100% (94% to 100%)");
});
