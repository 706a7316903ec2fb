/** Writes docs/sampling.md and docs/sampling/*.svg. Run it from the repository's root. */
import { readFile, writeFile } from "node:fs/promises";
import { samplingDocument } from "./document.ts";

const template = await readFile("examples/sampling/template.md", "utf8");
for (const [path, content] of await samplingDocument("weights/fairytales", template)) {
  await writeFile(`docs/${path}`, content);
  console.log(`docs/${path}`);
}
