/** docs/sampling.md and its pictures: the chapters run, one after the other, and their results go into the template. */
import { dialectTables } from "./dialects.ts";
import { headAndTail, NARROW, shape, temperature } from "./distribution.ts";
import { type Chapter, type Lab, openLab } from "./lab.ts";
import { greedyLoop, questions, twoSources } from "./loops.ts";
import { fill } from "./markdown.ts";
import { complete, oneAnswer, penalties } from "./penalties.ts";
import { repetition } from "./repetition.ts";
import { search } from "./search.ts";
import { mirostat, watermark } from "./steered.ts";
import { drift, tail } from "./tail.ts";
import { others, topK, topP } from "./truncation.ts";

type Drift = Awaited<ReturnType<typeof drift>>;
const drifts = new WeakMap<Lab, Promise<Drift>>();

/** What two chapters look at, written once. */
function driftOf(lab: Lab): Promise<Drift> {
  const known = drifts.get(lab) ?? drift(lab);
  drifts.set(lab, known);
  return known;
}

/** In the document's order. Each makes its values and pictures on its own. */
export const chapters: Readonly<Record<string, (lab: Lab) => Chapter | Promise<Chapter>>> = {
  "head and tail": headAndTail,
  shape,
  temperature,
  "greedy loop": greedyLoop,
  "two sources": twoSources,
  questions,
  tail: async (lab) => tail(await driftOf(lab)),
  "top-k": topK,
  "top-p": topP,
  penalties,
  "complete algorithm": complete,
  "one answer": (lab) => oneAnswer(lab, NARROW),
  "other truncations": others,
  mirostat: async (lab) => mirostat(lab, await driftOf(lab)),
  repetition,
  dialects: dialectTables,
  watermark,
  search,
};

/** Contents by path in docs/. @throws Error where a number no longer bears out what the template says */
export async function samplingDocument(modelFolder: string, template: string): Promise<Map<string, string>> {
  const lab = await openLab(modelFolder);
  const files = new Map<string, string>();
  const values: Record<string, string> = {};
  for (const make of Object.values(chapters)) {
    const chapter = await make(lab);
    for (const [name, svg] of Object.entries(chapter.pictures ?? {})) files.set(`sampling/${name}`, svg);
    Object.assign(values, chapter.values);
  }
  return files.set("sampling.md", fill(template, values));
}
