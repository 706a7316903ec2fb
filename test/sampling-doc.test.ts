/** docs/sampling.md is what its program writes, to the byte, and of its commands a sample runs. */
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { samplingDocument } from "../examples/sampling/document.ts";
import { fill } from "../examples/sampling/markdown.ts";

const root = join(import.meta.dirname, "..");
const text = (path: string) => readFileSync(join(root, path), "utf8");

describe("the document", () => {
  let files: Map<string, string>;
  beforeAll(async () => {
    files = await samplingDocument(join(root, "weights/fairytales"), text("examples/sampling/template.md"));
  }, 120_000);

  test("is what its program writes", () => {
    expect(text("docs/sampling.md")).toBe(files.get("sampling.md"));
  });

  test("has the pictures that its program draws, and no other", () => {
    const drawn = [...files].filter(([path]) => path.endsWith(".svg")).sort();
    const committed = readdirSync(join(root, "docs/sampling")).sort();
    expect(committed.map((name) => [`sampling/${name}`, text(`docs/sampling/${name}`)])).toEqual(drawn);
  });

  test("shows every picture", () => {
    const shown = [...text("docs/sampling.md").matchAll(/\]\((sampling\/[\w-]+\.svg)\)/g)].map(([, path]) => path);
    expect(shown.sort()).toEqual([...files.keys()].filter((path) => path.endsWith(".svg")).sort());
  });
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
const tsgpt = (line: string) =>
  promisify(execFile)(process.execPath, [join(root, "packages/cli/dist/main.js"), ...words(line).slice(1)], {
    cwd: root,
  });

test("its commands cover generate, sample and watermark", () => {
  expect(new Set(lines.map((line) => words(line)[1]))).toEqual(new Set(["generate", "sample", "watermark"]));
});

/** Those that need no model, and every sixth of the others: a process each takes its time, and test/readme.test.ts has all options. */
const tried = [
  ...lines.filter((line) => line.startsWith("tsgpt sample")),
  ...lines.filter((line) => !line.startsWith("tsgpt sample")).filter((_, i) => i % 6 === 0),
];

test.concurrent.each(tried)("`%s` runs", async (line) => {
  const { stdout } = await tsgpt(line);
  expect(stdout.trim()).not.toBe("");
});

test("the lecture's example gives on the command line what the document says", async () => {
  const line = lines.find((line) => line.startsWith("tsgpt sample --logits 0.8,0.9,0.1,0.4"));
  const { stdout } = await tsgpt(`${line} --json`);
  const shown = [...text("docs/sampling.md").matchAll(/^\| [a-d] \|.* ([\d.]+) \|$/gm)].map(([, share]) =>
    Number(share),
  );
  expect(shown).toHaveLength(4);
  for (const [i, share] of JSON.parse(stdout).probabilities.entries()) expect(share).toBeCloseTo(shown[i], 5);
});
