/** The page's words are in strings.ts: elsewhere there is none to translate. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { strings } from "../src/strings.ts";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");

test("index.html has none", () => {
  expect(
    read("index.html")
      .replace(/<[^>]*>/g, "")
      .trim(),
  ).toBe("");
});

test("errors of the worker name no control of the page", () => {
  const labels = labelsIn(strings).filter((label) => label.includes(" "));
  expect(labels).toContain("Race tokens");
  const sources = readdirSync(join(root, "src/worker"), { recursive: true, encoding: "utf8" });
  for (const path of sources.filter((name) => name.endsWith(".ts"))) {
    const thrown = [...read(`src/worker/${path}`).matchAll(/Error\([^;]*;[^;]*/g)].join();
    for (const label of labels) expect(thrown, path).not.toContain(label);
  }
});

function labelsIn(words: unknown): string[] {
  if (typeof words === "string") return [words];
  return typeof words === "object" && words !== null ? Object.values(words).flatMap(labelsIn) : [];
}
