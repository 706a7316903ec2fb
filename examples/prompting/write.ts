/** Writes docs/prompting.md. Run it from the repository's root. */
import { readFile, writeFile } from "node:fs/promises";
import { promptingDocument } from "./document.ts";

const template = await readFile("examples/prompting/template.md", "utf8");
await writeFile("docs/prompting.md", await promptingDocument("weights/fairytales", "examples", template));
console.log("docs/prompting.md");
