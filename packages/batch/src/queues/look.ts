/** How a process looks for the results of others: it lists their folder, less and less often while there are none. */
import { readdirSync } from "node:fs";

/** Milliseconds from one look to the next. */
export const LOOK = 500;
export const LONGEST_LOOK = 4000;

/** The pause after a look that followed a pause of `look` milliseconds. */
export function nextLook(look: number, hasFound: boolean): number {
  return hasFound ? LOOK : Math.min(2 * look, LONGEST_LOOK);
}

/** Those of the names that are in the folder. */
export function foundIn(folder: string, names: readonly string[]): string[] {
  const there = new Set(readdirSync(folder));
  return names.filter((name) => there.has(name));
}
