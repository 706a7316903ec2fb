/** Writes what the documents say of the shipped model anew. Part of `pnpm shipped-model-docs`, which writes docs/sampling.md first. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./documents.ts";
import { screens } from "./screens.ts";
import { openShell } from "./shell.ts";
import { withLetters, withScreen } from "./shipped-model.ts";

const shell = await openShell();
for (const screen of screens) {
  const path = join(root, screen.document);
  writeFileSync(path, await withScreen(readFileSync(path, "utf8"), screen, shell));
  console.log(`${screen.document}: $ ${screen.command}`);
}
await shell.close();
const readme = join(root, "README.md");
writeFileSync(readme, withLetters(readFileSync(readme, "utf8")));
