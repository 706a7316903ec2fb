/** The declaration files of the core, as its users' TypeScript reads them: only the core's own names are in its types. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

/** What the declarations that `entry` leads to import from other packages. */
function packagesOf(entry: string): Set<string> {
  const [packages, seen, waiting] = [new Set<string>(), new Set<string>(), [entry]];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    const text = readFileSync(file, "utf8");
    for (const [, from] of text.matchAll(/\b(?:from |import\()"([^"]+)"/g)) {
      if (from.startsWith(".")) waiting.push(join(file, "..", from.replace(/\.ts$|\.js$/, ".d.ts")));
      else packages.add(from);
    }
  }
  expect(seen.size).toBeGreaterThan(5);
  return packages;
}

test.each(["numeric", "tensor", "gpt", "sampling"])("@tsgpt/%s leads to no declaration of another's", (name) => {
  const packages = [...packagesOf(join(root, "packages", name, "dist/index.d.ts"))];
  expect(packages.filter((from) => !from.startsWith("@tsgpt/") && from !== "#host")).toEqual([]);
});
