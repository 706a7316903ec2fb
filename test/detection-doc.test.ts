/** docs/detection.md is what its program writes, to the byte; in a short run its first chapter. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { auroc } from "../examples/detection/auroc.ts";
import { DECODERS, decoderRow, GREEDY } from "../examples/detection/decoders.ts";
import { detectionDocument } from "../examples/detection/document.ts";
import { humanTexts, type Lab, modelTexts, openLab } from "../examples/detection/lab.ts";
import { STORY, stripsPicture } from "../examples/detection/strips.ts";
import { FULL } from "./setup/sample.ts";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");
const [weights, stories] = ["weights/fairytales", "examples/detection/human.txt"].map((path) => join(root, path));
const template = text("examples/detection/template.md");

let lab: Lab; // what a test has computed of a decoder, the others take from it
beforeAll(async () => {
  lab = await openLab(weights, stories);
});
afterAll(() => lab.close());

test.runIf(FULL)("the document and its pictures are what its program writes", { timeout: 1_800_000 }, async () => {
  const files = await detectionDocument(lab, template);
  for (const [path, content] of files) expect(text(`docs/${path}`), path).toBe(content);
  const pictures = [...files.keys()]
    .filter((path) => path.endsWith(".svg"))
    .map((path) => path.replace("detection/", ""));
  expect(pictures.sort()).toEqual(readdirSync(join(root, "docs/detection")).sort());
});

test("its strips are what a story and its greedy continuation give", { timeout: 120_000 }, async () => {
  const { prompts, human } = lab;
  const few: Lab = { ...lab, prompts: prompts.slice(0, STORY + 1), human: human.slice(0, STORY + 1), known: new Map() };
  const picture = stripsPicture(few, await humanTexts(few), await modelTexts(few, GREEDY));
  expect(text("docs/detection/strips.svg")).toBe(picture);
});

test.runIf(FULL).each(DECODERS)("$name: its row is what its texts give", { timeout: 120_000 }, async (decoder) => {
  expect(lab.human.length).toBeGreaterThanOrEqual(100);
  const row = await decoderRow(lab, decoder);
  expect(text("docs/detection.md")).toContain(`\n| ${row.join(" | ")} |\n`);
});

test("the document shows every picture, and there is no other", () => {
  const shown = [...text("docs/detection.md").matchAll(/\]\(detection\/([\w-]+\.svg)\)/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual(readdirSync(join(root, "docs/detection")).sort());
});

test("the document is its template, filled: their lines without a value are the same", () => {
  const fixed = template.split("\n").filter((line) => !line.includes("{{"));
  expect(fixed.filter((line) => !`\n${text("docs/detection.md")}`.includes(`\n${line}\n`))).toEqual([]);
});

describe("AUROC", () => {
  test("of 3, 2 against 1, 2: 3 beats both, 2 beats 1 and ties with 2, so (2 + 1.5) / 4", () => {
    expect(auroc([3, 2], [1, 2]).value).toBe(0.875);
  });

  test("is 1 where all are above, 0 where all are below, 1/2 where all are the same", () => {
    expect(auroc([3, 4], [1, 2]).value).toBe(1);
    expect(auroc([1, 2], [3, 4]).value).toBe(0);
    expect(auroc([5, 5], [5, 5, 5])).toEqual({ value: 0.5, low: 0.5, high: 0.5 });
  });

  /** Hanley and McNeil, "The meaning and use of the area under a ROC curve" (1982): of n = m = 100 at 0.76 the standard error is 0.034. */
  test("the interval has the width of Hanley and McNeil's standard error, and is the same for the same seed", () => {
    const spread = (shift: number) => Array.from({ length: 100 }, (_, i) => ((37 * i) % 100) / 100 + shift);
    const [positive, negative] = [spread(0.3), spread(0)];
    const found = auroc(positive, negative);
    expect(found.value).toBeCloseTo(0.755, 1);
    expect((found.high - found.low) / 2 / 1.96).toBeGreaterThan(0.025);
    expect((found.high - found.low) / 2 / 1.96).toBeLessThan(0.043);
    expect(auroc(positive, negative)).toEqual(found);
    expect(auroc(positive, negative, 2)).not.toEqual(found);
  });
});
