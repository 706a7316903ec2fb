/** The fixtures are those that MANIFEST.json lists: made by pinned versions from one seed, and not edited since. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const fixtures = fileURLToPath(new URL("./fixtures/", import.meta.url));
const root = fileURLToPath(new URL("../../../", import.meta.url));
const manifest = JSON.parse(readFileSync(join(fixtures, "MANIFEST.json"), "utf8"));

test("every file has the SHA-256 that is listed, and none is unlisted", () => {
  const names = readdirSync(fixtures, { recursive: true, encoding: "utf8" });
  const own = ["MANIFEST.json", "README.md"];
  const files = names.filter((name) => statSync(join(fixtures, name)).isFile() && !own.includes(name));
  const sha256 = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(fixtures, name)))
      .digest("hex");
  expect(Object.fromEntries(files.map((name) => [name.replaceAll("\\", "/"), sha256(name)]))).toEqual(manifest.sha256);
});

test("the versions that made them are the pinned ones", () => {
  const pinned = readFileSync(join(root, "tools/reference/requirements.txt"), "utf8");
  for (const [name, version] of Object.entries(manifest.versions as Record<string, string>)) {
    expect(pinned).toContain(`${name}==${version.split("+")[0]}\n`);
  }
  expect(manifest.seed).toBeTypeOf("number");
});
