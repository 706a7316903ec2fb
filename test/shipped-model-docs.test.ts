/** pnpm shipped-model-docs: the sizes it writes, and that a part that fails does not stop the others. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { text } from "./documents/documents.ts";
import { runParts, runProgram } from "./documents/parts.ts";
import {
  lettersOf,
  shippedSizes,
  withExample,
  withLetters,
  withParameterCount,
  withSizes,
} from "./documents/shipped-model.ts";
import { withOutput } from "./packages/readme-example.ts";

const sizes = await shippedSizes();
const GPT2 = { nPositions: 1024, nEmbd: 768, nHead: 12, vocabSize: 50257, nLayer: 12, parameters: 124_439_808 };

describe("the sizes", () => {
  const readme = text("README.md");

  test("README has the numbers of the letters, and a wrong one is corrected", () => {
    expect(withLetters(readme, sizes)).toBe(readme);
    expect(withLetters(withLetters(readme, GPT2), sizes)).toBe(readme);
    expect(lettersOf(GPT2)).toEqual({ S: "1,024", C: "768", H: "12", D: "64", V: "50,257", L: "12" });
  });

  test("README has the number of parameters, and a wrong one is corrected", () => {
    expect(withParameterCount(readme, sizes)).toBe(readme);
    const other = withParameterCount(readme, GPT2);
    expect(other).toContain("The model is a GPT-2 of 124.4 million parameters trained");
    expect(withParameterCount(other, sizes)).toBe(readme);
  });

  test("weights/README.md has the sizes, and wrong ones are corrected", () => {
    const weights = text("weights/README.md");
    expect(withSizes(weights, sizes)).toBe(weights);
    const other = withSizes(weights, GPT2);
    expect(other).toContain("12 layers, 12 heads, 768 channels, context 1,024, vocabulary 50,257, tied");
    expect(other).toContain("\n124,439,808 parameters");
    expect(withSizes(other, sizes)).toBe(weights);
  });

  test("a document without the sentence is an error", () => {
    expect(() => withParameterCount("The model is small.", GPT2)).toThrow(
      /^no place matches .* write the sentence as the pattern expects it$/,
    );
  });
});

test("a package's README has what its example prints, and another output is replaced", async () => {
  const readme = text("packages/cli/README.md");
  const other = withOutput(readme, "of another model\n");
  expect(other).toContain("```text\nof another model\n```");
  expect(await withExample(other)).toBe(readme);
});

describe("the parts", () => {
  const folder = mkdtempSync(join(tmpdir(), "tsgpt-parts-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const program = (name: string, code: string) => {
    writeFileSync(join(folder, name), code);
    return { name, write: () => runProgram(name, folder) };
  };

  test("all run, and every failure is reported", async () => {
    const written: string[] = [];
    const failures = await runParts([
      program("claim.mjs", 'throw new Error("fewer than half")'),
      { name: "first", write: () => void written.push("first") },
      { name: "broken", write: () => Promise.reject(new Error("no such place")) },
      program("code.mjs", "process.exit(3)"),
      program("fine.mjs", "process.exit(0)"),
      { name: "last", write: () => void written.push("last") },
    ]);
    expect(written).toEqual(["first", "last"]);
    expect(failures).toEqual([
      "claim.mjs: Error: fewer than half",
      "broken: no such place",
      "code.mjs: ended with exit code 3",
    ]);
  });

  test("without a failure none is reported", async () => {
    expect(await runParts([{ name: "fine", write: () => {} }])).toEqual([]);
  });
});
