/** No source line is longer than 120 columns, strings, comments and AssemblyScript included: what the formatter does not wrap. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const COLUMNS = 120;
const GENERATED = "/binary.ts"; // base64, of the modules in kernels/simd

/** `path:line (columns)` of every line that is too long. */
function longLines(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  const files = names
    .filter((name) => /\.(tsx?|js|wgsl)$/.test(name) && !name.endsWith(GENERATED))
    .map((name) => join(folder, name));
  expect(files.length).toBeGreaterThan(0);
  return files.flatMap((file) => {
    const lines = readFileSync(join(root, file), "utf8").split("\n");
    return lines.flatMap((line, i) => ([...line].length > COLUMNS ? [`${file}:${i + 1} (${[...line].length})`] : []));
  });
}

test.each(readdirSync(join(root, "packages")))(`packages/%s/src has no line over ${COLUMNS} columns`, (name) => {
  expect(longLines(join("packages", name, "src"))).toEqual([]);
});
