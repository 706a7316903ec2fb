/** What `pnpm explore` says of a page that does not build. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { expect, test } from "vitest";
import { describeFailure } from "../server/build.ts";

/** What the build of a page with this script throws. */
async function failureOf(script: string): Promise<string> {
  const root = mkdtempSync(join(tmpdir(), "tsgpt-build-"));
  writeFileSync(join(root, "index.html"), `<script type="module" src="./a.js"></script>`);
  writeFileSync(join(root, "a.js"), script);
  try {
    await build({ root, configFile: false, logLevel: "silent", build: { write: false } });
    return "";
  } catch (error) {
    return describeFailure((error as Error).message).replace(/[^\s(]*\/a\.js/g, "a.js");
  } finally {
    rmSync(root, { recursive: true });
  }
}

test.each([
  [`import "./none.js";`, "[UNRESOLVED_IMPORT] Could not resolve './none.js' in a.js (a.js:1:8)"],
  ["const = 1;", "[PARSE_ERROR] Unexpected token (a.js:1:7)"],
])("%s: one line with the problem and its place", async (script, line) => {
  expect(await failureOf(script)).toBe(line);
});

test.each([
  ["no space left on device", "no space left on device"],
  ["", ""],
])("an error of one line, %s, is that line", (message, line) => {
  expect(describeFailure(message)).toBe(line);
});
