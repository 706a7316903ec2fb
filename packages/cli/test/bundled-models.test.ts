/** Bundled models are found by package resolution. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { BUNDLED, bundledFolder, bundledModels } from "../src/model/bundled-models.ts";

const fairytales = fileURLToPath(new URL("../../../weights/fairytales", import.meta.url));

test("the default model is in its package's folder, under which it has its name", () => {
  expect(bundledModels()).toEqual([{ name: BUNDLED, folder: fairytales }]);
});

test.each(["", "..", "constructor", "@tsgpt/gpt", "fairytales/../fairytales"])("%j is no bundled model", (name) => {
  expect(bundledFolder(name)).toBeUndefined();
});

test("its package has the license of its card", () => {
  const { license } = JSON.parse(readFileSync(`${fairytales}/package.json`, "utf8"));
  expect(license).toBe("CC0-1.0");
  expect(readFileSync(`${fairytales}/README.md`, "utf8")).toContain("CC0 for the weights");
});
