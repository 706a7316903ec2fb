/** Where the explorer's page is, and what is said where it is not. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explorerPage } from "../../src/serve/page.ts";
import { emptyFolder } from "../process.ts";

/** A package with a built page. */
function packageOf(name: string, files: readonly string[] = ["index.html"]): string {
  const folder = emptyFolder();
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name }));
  mkdirSync(join(folder, "dist"));
  for (const file of files) writeFileSync(join(folder, "dist", file), "<!doctype html>");
  return folder;
}

test("the built page of this repository is served", () => {
  const folder = packageOf("@tsgpt/explorer");
  expect(explorerPage(folder)).toEqual({ page: join(folder, "dist") });
});

test("where it is not built, the command that builds it is named", () => {
  const { page, withoutPage } = explorerPage(packageOf("@tsgpt/explorer", []));
  expect(page).toBeUndefined();
  expect(withoutPage).toContain("npx -y pnpm@12 explore --build");
});

test("beside an installed tsgpt a package named explorer is somebody else's, and nothing can be built", () => {
  for (const folder of [packageOf("explorer"), join(emptyFolder(), "explorer")]) {
    const { page, withoutPage } = explorerPage(folder);
    expect(page).toBeUndefined();
    expect(withoutPage).toMatch(/no part of the installed package/);
    expect(withoutPage).not.toContain("build");
  }
});
