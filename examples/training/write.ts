/** Writes docs/training.md and docs/training/*.svg. Run it from the repository's root. */
import { readFile, writeFile } from "node:fs/promises";
import { trainingDocument } from "./document.ts";

const template = await readFile("examples/training/template.md", "utf8");
for (const [path, content] of await trainingDocument("weights/fairytales", "bench/texts/tales.txt", template)) {
  await writeFile(`docs/${path}`, content);
  console.log(`docs/${path}`);
}
