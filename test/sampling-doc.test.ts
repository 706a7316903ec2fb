/** docs/sampling.md is what its program writes, to the byte, and its commands run: a sample of them, all in the full run. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { chapters, samplingDocument } from "../examples/sampling/document.ts";
import { type Lab, openLab } from "../examples/sampling/lab.ts";
import { fill, filledLines } from "../examples/sampling/markdown.ts";
import { tsgpt } from "../packages/cli/test/process.ts";
import { FULL, sample } from "./setup/sample.ts";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");

const bundled = join(root, "weights/fairytales");
const template = text("examples/sampling/template.md");

describe.runIf(FULL)("the document", () => {
  let files: Map<string, string>;
  beforeAll(async () => {
    files = await samplingDocument(bundled, template);
  }, 300_000);

  test("is what its program writes", () => {
    expect(text("docs/sampling.md")).toBe(files.get("sampling.md"));
  });

  test("has the pictures that its program draws, and no other", () => {
    const drawn = [...files].filter(([path]) => path.endsWith(".svg"));
    expect(drawn.map(([path]) => path.replace("sampling/", "")).sort()).toEqual(
      readdirSync(join(root, "docs/sampling")).sort(),
    );
    for (const [path, svg] of drawn) expect(text(`docs/${path}`), path).toBe(svg);
  });
});

describe.skipIf(FULL)("a chapter of the document, all of which the full run compares", () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab(bundled);
  });

  test.each(sample(Object.keys(chapters), 3))(
    "%s: its lines and pictures are what its program makes",
    async (name) => {
      const { values, pictures = {} } = await (chapters[name] as (typeof chapters)[string])(lab);
      const lines = filledLines(template, values);
      expect(lines.length).toBeGreaterThan(0);
      expect(lines.filter((line) => !text("docs/sampling.md").includes(`\n${line}\n`))).toEqual([]);
      for (const [picture, svg] of Object.entries(pictures))
        expect(text(`docs/sampling/${picture}`), picture).toBe(svg);
    },
    120_000,
  );
});

test("the document shows every picture, and there is no other", () => {
  const shown = [...text("docs/sampling.md").matchAll(/\]\(sampling\/([\w-]+\.svg)\)/g)].map(([, name]) => name);
  expect(shown.sort()).toEqual(readdirSync(join(root, "docs/sampling")).sort());
});

test("the document is its template, filled: their lines without a value are the same", () => {
  const fixed = template.split("\n").filter((line) => !line.includes("{{"));
  expect(fixed.filter((line) => !`\n${text("docs/sampling.md")}`.includes(`\n${line}\n`))).toEqual([]);
});

test("a template is refused that lacks a value's place, or has a place without a value", () => {
  expect(fill("a {{b}} c", { b: "1" })).toBe("a 1 c");
  expect(() => fill("a", { b: "1" })).toThrow("template.md has no place for b");
  expect(() => fill("{{a}}{{b}}", { b: "1" })).toThrow("template.md asks for {{a}}, which no chapter gives");
});

/** The words of a line as a shell would give them; the document quotes by `"` alone. */
const words = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare);
const lines = [...text("docs/sampling.md").matchAll(/^tsgpt .*$/gm)].map(([line]) => line);
const run = async (line: string) => {
  const { code, stdout, stderr } = await tsgpt(words(line).slice(1));
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
};

test("its commands cover generate, sample and watermark", () => {
  expect(new Set(lines.map((line) => words(line)[1]))).toEqual(new Set(["generate", "sample", "watermark"]));
});

/** All of them in the full run. */
const tried = sample(lines, 8);

test.concurrent.each(tried)("`%s` runs", async (line) => {
  expect((await run(line)).trim()).not.toBe("");
});

test("the lecture's example gives on the command line what the document says", async () => {
  const line = lines.find((line) => line.startsWith("tsgpt sample --logits 0.8,0.9,0.1,0.4"));
  const stdout = await run(`${line} --json`);
  const shown = [...text("docs/sampling.md").matchAll(/^\| [a-d] \|.* ([\d.]+) \|$/gm)].map(([, share]) =>
    Number(share),
  );
  expect(shown).toHaveLength(4);
  for (const [i, share] of JSON.parse(stdout).probabilities.entries()) expect(share).toBeCloseTo(shown[i], 5);
});
