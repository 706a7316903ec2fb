/** The options of tsgpt prompt that a template may set in its front matter, under the same names. */
import { NORMALIZATIONS } from "@tsgpt/analysis";
import { InvalidArgumentError } from "commander";
import type { ChainFlags } from "./chain-flags.ts";
import { chainOptions } from "./chain-options.ts";
import { forcedLast, greedy, ignoreEos, maxTokens, minTokens, stop } from "./generation.ts";
import { keysOf, type OptionGroup, type OptionsOf, option } from "./option.ts";
import { wholeNumber } from "./values.ts";

/** The default of --seed: results can be repeated, and a run resumed, without writing a seed down. */
export const TEMPLATE_SEED = 0;

/** The options of a chain without a default value: what is not given may come from the template. */
const templateChain: OptionGroup<Partial<ChainFlags>> = {
  list: chainOptions.list.map((entry) => {
    if (!("details" in entry) || entry.details.default === undefined) return entry;
    const { default: value, ...details } = entry.details;
    return { ...entry, details, description: `${entry.description} (default: ${value})` };
  }),
};

export const templateOptions = [
  option("--choices <list>", "score these answers, separated by commas, instead of generating one", {
    parse: choiceList,
  }),
  option("--normalize <how>", "how the choices are compared (default: none)", { choices: NORMALIZATIONS }),
  maxTokens,
  greedy,
  option("--seed <n>", `the same seed gives the same text (default: ${TEMPLATE_SEED})`, { parse: wholeNumber(0) }),
  stop,
  ignoreEos,
  templateChain,
  minTokens,
  forcedLast,
] as const;

export type TemplateFlags = OptionsOf<typeof templateOptions>;

/** The options that only matter where a text is generated. */
export const GENERATION_KEYS = (keysOf(templateOptions) as (keyof TemplateFlags)[]).filter(
  (key) => key !== "choices" && key !== "normalize",
);

/** `Positive,Negative`; spaces are part of a choice. */
function choiceList(text: string): string[] {
  return checkedChoices(text.split(","));
}

/** @throws InvalidArgumentError for fewer than two choices, an empty one, or two that are the same */
export function checkedChoices(choices: readonly string[]): string[] {
  if (choices.length < 2) throw new InvalidArgumentError("must be two choices or more: Positive,Negative");
  if (choices.includes("")) throw new InvalidArgumentError("has an empty choice");
  const twice = choices.find((choice, i) => choices.indexOf(choice) !== i);
  if (twice !== undefined) throw new InvalidArgumentError(`has the choice ${JSON.stringify(twice)} twice`);
  return [...choices];
}
