/** docs/recipes.md: every path it names exists, and of a path to be made, the folder. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { inlineCode, root, text } from "./documents/documents.ts";

const RECIPES = "docs/recipes.md";
const paths = inlineCode(RECIPES).filter((code) => /^[\w<>./-]+$/.test(code) && /^(packages|test)\//.test(code));

test("there is a recipe for a sampling step, an option, an activation, a kernel, a command, an optimizer and a dtype", () => {
  const titles = [...text(RECIPES).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
  expect(titles).toEqual([
    "A sampling step",
    "An option of a function",
    "An activation",
    "A kernel",
    "A command",
    "An optimizer",
    "A dtype",
  ]);
});

test("every path exists; of one with <name>, its folder", () => {
  expect(paths.length).toBeGreaterThan(50);
  const missing = paths.filter((path) => !existsSync(join(root, path.includes("<") ? dirname(path) : path)));
  expect(missing).toEqual([]);
});
