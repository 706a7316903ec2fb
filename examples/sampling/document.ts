/** docs/sampling.md and its pictures: the chapters run, one after the other, and their results go into the template. */
import { dialectTables } from "./dialects.ts";
import { headAndTail, NARROW, shape, temperature } from "./distribution.ts";
import { type Chapter, openLab } from "./lab.ts";
import { greedyLoop, questions, twoSources } from "./loops.ts";
import { fill } from "./markdown.ts";
import { complete, oneAnswer, penalties } from "./penalties.ts";
import { repetition } from "./repetition.ts";
import { search } from "./search.ts";
import { mirostat, watermark } from "./steered.ts";
import { drift, tail } from "./tail.ts";
import { others, topK, topP } from "./truncation.ts";

/** Contents by path in docs/. @throws Error where a number no longer bears out what the template says */
export async function samplingDocument(modelFolder: string, template: string): Promise<Map<string, string>> {
  const lab = await openLab(modelFolder);
  const drifting = await drift(lab);
  const chapters: readonly Chapter[] = [
    headAndTail(lab),
    shape(lab),
    await temperature(lab),
    await greedyLoop(lab),
    twoSources(lab),
    await questions(lab),
    tail(drifting),
    topK(lab),
    await topP(lab),
    await penalties(lab),
    await complete(lab),
    oneAnswer(lab, NARROW),
    others(lab),
    await mirostat(lab, drifting),
    await repetition(lab),
    dialectTables(),
    await watermark(lab),
    await search(lab),
  ];
  const files = new Map<string, string>();
  for (const { pictures = {} } of chapters) {
    for (const [name, svg] of Object.entries(pictures)) files.set(`sampling/${name}`, svg);
  }
  const values: Readonly<Record<string, string>> = Object.assign({}, ...chapters.map(({ values }) => values));
  return files.set("sampling.md", fill(template, values));
}
