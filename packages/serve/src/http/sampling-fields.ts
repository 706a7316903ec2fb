/** The sampling options of every dialect as fields of a body, in snake case, as the steps declare them. */
import { type AllFlags, dialects, type FlagValue, STEP_FLAGS } from "@tsgpt/sampling";
import {
  biases,
  described,
  either,
  type Field,
  type Fields,
  integer,
  list,
  number,
  shortString,
  word,
} from "./field.ts";

/** `top_k` of topK. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The names of the options by their fields. */
const NAMES = new Map(STEP_FLAGS.map(({ name }) => [snakeCase(name), name]));

/** Most texts of one option, each of which is looked for in every token. */
const MOST_TEXTS = 128;

export const tokenIds = list(integer(0), "token ids", { least: 1 });

const dialect = described(word(...dialects), "Whose order of steps, defaults and boundary rules apply.", "openai");

/** The dialect, and a field for each option of a step. */
export const SAMPLING_FIELDS: { readonly dialect: typeof dialect } & Fields = {
  dialect,
  ...Object.fromEntries(STEP_FLAGS.map(({ name, takes }) => [snakeCase(name), fieldOf(takes)])),
};

function fieldOf(takes: FlagValue): Field {
  switch (takes.kind) {
    case "integer":
      return integer(takes.least);
    case "number":
      return number(takes);
    case "word":
      return word(...takes.words);
    case "scope":
      return either<unknown>(word("all", "generated"), integer(0));
    case "biases":
      return biases;
    case "token ids":
      return tokenIds;
    case "texts":
      return list(shortString, 'strings, each a text or token ids such as "1,2,3"', { least: 1, most: MOST_TEXTS });
    default:
      return takes satisfies never;
  }
}

/** The flags among the values of a body. */
export function flagsOf(values: Readonly<Record<string, unknown>>): AllFlags {
  const given = Object.entries(values).flatMap(([field, value]) => {
    const name = NAMES.get(field);
    return name === undefined || value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(given);
}

/** Options that are no flags of a step. */
const OTHERS = ["minLength", "forcedLast"];
const OPTIONS = [...NAMES.values(), ...OTHERS].filter((name) => /[A-Z]/.test(name));

/** A message about options as one about fields, without the name of the function. */
export function inFields(message: string): string {
  return message
    .replace(/^(presetChain|createSampler): /, "")
    .replaceAll(new RegExp(`\\b(${OPTIONS.join("|")})\\b`, "g"), snakeCase)
    .replaceAll(/use the step \{ type: "greedy" \}(, or the option greedy)?/g, "give temperature 0");
}

/** The field that a message about fields begins with, if there is one. */
export function fieldIn(message: string): string | undefined {
  const first = /^\w+/.exec(message)?.[0] ?? "";
  return NAMES.has(first) || OTHERS.map(snakeCase).includes(first) ? first : undefined;
}
