/** The names of the options of `presetChain`, as the steps declare them. */
import { stepOf } from "../spec.ts";
import { DIALECTS } from "./dialects.ts";
import type { ChainOptions } from "./options.ts";

/** Every option of `presetChain`, once. */
export const chainOptionNames: readonly (keyof ChainOptions)[] = listNames();

function listNames(): (keyof ChainOptions)[] {
  const types = [...new Set(Object.values(DIALECTS).flatMap(({ order }) => order))];
  const names = (["greedy", ...types] as const).flatMap((type) => Object.keys(stepOf(type).options));
  return [...new Set(names)] as (keyof ChainOptions)[];
}
