/** docs/training.md is what its program writes, to the byte; in a short run one of its quick chapters. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { filledLines } from "../examples/sampling/markdown.ts";
import { chapters, trainingDocument } from "../examples/training/document.ts";
import { openLab } from "../examples/training/lab.ts";
import { FULL, sample } from "./setup/sample.ts";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const [bundled, tales] = [join(root, "weights/fairytales"), join(root, "bench/texts/tales.txt")];
const template = text("examples/training/template.md");
const pictures = () => readdirSync(join(root, "docs/training")).sort();

describe.runIf(FULL)("the document", () => {
  let files: Map<string, string>;
  beforeAll(async () => {
    files = await trainingDocument(bundled, tales, template);
  }, 600_000);

  test("is what its program writes", () => {
    expect(text("docs/training.md")).toBe(files.get("training.md"));
  });

  test("has the pictures that its program draws, and no other", () => {
    const drawn = [...files].filter(([path]) => path.endsWith(".svg"));
    expect(drawn.map(([path]) => path.replace("training/", "")).sort()).toEqual(pictures());
    for (const [path, svg] of drawn) expect(text(`docs/${path}`), path).toBe(svg);
  });
});

/** All but the one that trains for most of a minute; the full run compares them all. */
const quick = Object.keys(chapters).filter((name) => name !== "scale");

test.skipIf(FULL).each(sample(quick, 1))("%s: its lines are what its program makes", async (name) => {
  const { values } = await (chapters[name] as (typeof chapters)[string])(await openLab(bundled, tales));
  const lines = filledLines(template, values);
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !text("docs/training.md").includes(`\n${line}\n`))).toEqual([]);
});

test("the document shows every picture, and there is no other", () => {
  const shown = [...text("docs/training.md").matchAll(/\]\(training\/([\w-]+\.svg)\)/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual(pictures());
});

test("the document is its template, filled: their lines without a value are the same", () => {
  const fixed = template.split("\n").filter((line) => !line.includes("{{"));
  expect(fixed.filter((line) => !`\n${text("docs/training.md")}`.includes(`\n${line}\n`))).toEqual([]);
});
