/** What every chapter of docs/training.md has: the bundled model, on the reference kernels, and a text to learn from. */
import { readFile } from "node:fs/promises";
import { splitDocuments } from "@tsgpt/train";
import { type Lab as BundledLab, type Chapter, openLab as openBundled } from "../sampling/lab.ts";

export type { Chapter };

export interface Lab {
  readonly bundled: BundledLab;
  /** Fairy tales, a paragraph after another. */
  readonly tales: string;
}

export async function openLab(modelFolder: string, talesFile: string): Promise<Lab> {
  const tales = splitDocuments(await readFile(talesFile, "utf8")).join("\n\n");
  return { bundled: await openBundled(modelFolder), tales };
}

/** Checks a statement of the template against the numbers. @throws Error if it no longer holds */
export function claim(holds: boolean, said: string): void {
  if (!holds) throw new Error(`docs/training.md says that ${said}, which no longer holds; update template.md`);
}
