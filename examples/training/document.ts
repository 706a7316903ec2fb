/** docs/training.md and its picture: the chapters run, one after the other, and their results go into the template. */
import { fill } from "../sampling/markdown.ts";
import { gradient } from "./gradient.ts";
import { type Chapter, type Lab, openLab } from "./lab.ts";
import { line } from "./line.ts";
import { scale } from "./scale.ts";
import { sentence } from "./sentence.ts";

/** In the document's order. Each makes its values and pictures on its own. */
export const chapters: Readonly<Record<string, (lab: Lab) => Chapter | Promise<Chapter>>> = {
  sentence,
  gradient,
  line,
  scale,
};

/** Contents by path in docs/. @throws Error where a number no longer bears out what the template says */
export async function trainingDocument(
  modelFolder: string,
  talesFile: string,
  template: string,
): Promise<Map<string, string>> {
  const lab = await openLab(modelFolder, talesFile);
  const files = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const make of Object.values(chapters)) {
    const chapter = await make(lab);
    for (const [name, svg] of Object.entries(chapter.pictures ?? {})) files.set(`training/${name}`, svg);
    Object.assign(values, chapter.values);
  }
  return files.set("training.md", fill(template, values));
}
