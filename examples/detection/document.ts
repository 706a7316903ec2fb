/**
 * docs/detection.md and its pictures: runs the chapters in order and fills their results into the template.
 */
import type { Chapter } from "../sampling/lab.ts";
import { fill } from "../sampling/markdown.ts";
import { decoders, sweeps } from "./decoders.ts";
import { lengths, replacedWords } from "./edits.ts";
import type { Lab } from "./lab.ts";
import { strips } from "./strips.ts";
import { rewrites, verdicts } from "./verdicts.ts";

/** In the document's order. */
const chapters: Readonly<Record<string, (lab: Lab) => Promise<Chapter>>> = {
  strips,
  decoders,
  sweeps,
  lengths,
  "replaced words": replacedWords,
  rewrites,
  verdicts,
};

/** Contents by path in docs/. @throws Error if a number contradicts the template */
export async function detectionDocument(lab: Lab, template: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const make of Object.values(chapters)) {
    const chapter = await make(lab);
    for (const [name, svg] of Object.entries(chapter.pictures ?? {})) files.set(`detection/${name}`, svg);
    Object.assign(values, chapter.values);
  }
  return files.set("detection.md", fill(template, values));
}
