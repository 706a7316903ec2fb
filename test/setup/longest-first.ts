/**
 * The order of the test files: first those that take minutes in the full run, so that none of them is left for one
 * worker at the end while the other has nothing to do. Vitest's own order would put some of them last: it knows how long
 * they took in a sampled run, in which they do little, or else how large they are.
 */
import { existsSync } from "node:fs";
import { BaseSequencer, type TestSpecification } from "vitest/node";

const LONGEST = [
  "test/detection-doc.test.ts",
  "test/document-commands.test.ts",
  "packages/gpt/test/order-of-sums.test.ts",
  "test/browser/chromium.test.ts",
  "packages/batch/test/queue.test.ts",
  "test/browser/explorer/quality.test.ts",
  "test/browser/explorer/share.test.ts",
  "packages/analysis/test/watermark-written.test.ts",
  "packages/batch/test/redis-lost.test.ts",
  "test/browser/explorer/tour.test.ts",
  "test/browser/explorer/model.test.ts",
  "test/training-doc.test.ts",
];

for (const path of LONGEST) {
  if (!existsSync(new URL(`../../${path}`, import.meta.url))) throw new Error(`longest-first: there is no ${path}`);
}

export class LongestFirst extends BaseSequencer {
  /** The projects stay one after the other. */
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = new Set(sorted.map(({ project }) => project));
    return [...projects].flatMap((project) => {
      const own = sorted.filter((file) => file.project === project);
      const first = LONGEST.flatMap((path) => own.filter(({ moduleId }) => moduleId.endsWith(`/${path}`)));
      return [...first, ...own.filter((file) => !first.includes(file))];
    });
  }
}
