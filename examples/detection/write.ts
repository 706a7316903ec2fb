/** Writes docs/detection.md and docs/detection/*.svg. Run it from the repository's root; it takes some minutes. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { detectionDocument } from "./document.ts";
import { openLab } from "./lab.ts";

const template = await readFile("examples/detection/template.md", "utf8");
await mkdir("docs/detection", { recursive: true });
const lab = await openLab("weights/fairytales", "examples/detection/human.txt");
for (const [path, content] of await detectionDocument(lab, template)) {
  await writeFile(`docs/${path}`, content);
  console.log(`docs/${path}`);
}
lab.close();
