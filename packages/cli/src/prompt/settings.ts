/**
 * What a run does: the options of the command line, those of the template where the command line has none, and then the
 * defaults.
 */
import type { Normalization } from "@tsgpt/analysis";
import { CliError, usageError } from "../cli-error.ts";
import { checkDraws, strategyOf } from "../generate/strategy.ts";
import { chainOf, flagName, SAMPLING_OPTIONS } from "../options/chain-flags.ts";
import type { GenerationFlags } from "../options/generation.ts";
import { keysOf } from "../options/option.ts";
import { GENERATION_KEYS, TEMPLATE_SEED, type TemplateFlags, templateOptions } from "../options/template.ts";
import type { Template } from "./read-template.ts";

/** Scores choices, or generates an answer. */
export type Settings =
  | { readonly choices: readonly string[]; readonly normalize: Normalization }
  | { readonly choices?: never; readonly flags: GenerationFlags; readonly seed: number };

type Keys = readonly (keyof TemplateFlags)[];

/**
 * The settings of a template with these options of the command line.
 * @throws CliError for options that contradict each other: with the path of the template if it alone is at fault
 */
export function settingsOf(template: Template, given: TemplateFlags): Settings {
  checkTemplate(template);
  const own = template.flags;
  const typed = only(given, keysOf(templateOptions) as Keys);
  const choices = typed.choices ?? own.choices;
  if (choices) {
    const useless = GENERATION_KEYS.find((key) => typed[key] !== undefined);
    const whose = typed.choices ? "--choices" : "the choices of the template";
    if (useless) throw usageError(`${flagName(useless)} cannot be combined with ${whose}: nothing is generated`);
    return { choices, normalize: typed.normalize ?? own.normalize ?? "none" };
  }
  if (typed.normalize) throw usageError("--normalize does nothing without --choices; give that too");
  const flags = { ...without(own, replacedBy(typed)), ...typed };
  return { flags: checkedFlags(flags), seed: flags.seed ?? TEMPLATE_SEED };
}

/** A template must be valid without any option of the command line. @throws CliError with its path */
function checkTemplate({ path, flags }: Template): void {
  const generation = GENERATION_KEYS.find((key) => flags[key] !== undefined);
  const fault = (what: string) => new CliError(`${path}: ${what}`, 1);
  if (flags.choices && generation !== undefined) {
    throw fault(`${flagName(generation).slice(2)} cannot be combined with choices: nothing is generated`);
  }
  if (flags.normalize && !flags.choices) throw fault("normalize does nothing without choices; give them too");
  if (flags.choices) return;
  try {
    checkedFlags(flags);
  } catch (error) {
    if (error instanceof CliError) throw fault(error.message);
    throw error;
  }
}

/** Complete flags of a generation. @throws CliError, a usage error, for flags that contradict each other */
function checkedFlags({ choices: _, normalize: __, ...flags }: TemplateFlags): GenerationFlags {
  const complete: GenerationFlags = { dialect: "lecture", cache: true, ...flags };
  strategyOf(complete);
  checkDraws(complete, chainOf(complete, {}, { defaults: true }));
  return complete;
}

/**
 * Options of a template that an option of the command line replaces, besides the one of its own name: --greedy replaces
 * what shapes or truncates a distribution before a draw, and each of those replaces greedy.
 */
function replacedBy(typed: TemplateFlags): Keys {
  const draws: Keys = [...SAMPLING_OPTIONS, "seed"];
  if (typed.greedy) return draws;
  return draws.some((key) => typed[key] !== undefined) ? ["greedy"] : [];
}

function only(flags: TemplateFlags, keys: Keys): TemplateFlags {
  return Object.fromEntries(keys.map((key) => [key, flags[key]]).filter(([, value]) => value !== undefined));
}

function without(flags: TemplateFlags, keys: Keys): TemplateFlags {
  return Object.fromEntries(Object.entries(flags).filter(([key]) => !keys.includes(key as keyof TemplateFlags)));
}
