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
import { SAMPLING_DESCRIPTIONS } from "./sampling-descriptions.ts";

/** `top_k` of topK. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** The names of the options by their fields. */
const NAMES = new Map(STEP_FLAGS.map(({ name }) => [snakeCase(name), name]));

/** Most texts of an option; each breaker is looked for in every token. */
const [MOST_BANNED, MOST_BREAKERS] = [128, 16];
/** Of one of them: 128 long ones are many token ids. */
const MOST_CHARACTERS = 250;
/** Most ids of one list: the vocabularies of GPT-2's kind are smaller. */
const MOST_IDS = 2 ** 16;

export const tokenIds = list(integer(0), "token ids", { least: 1, most: MOST_IDS });

/** OpenAI's; what else is omitted is off, unless the dialect that is asked for has another default. */
const DEFAULTS: AllFlags = { temperature: 1, topP: 1, frequencyPenalty: 0, presencePenalty: 0 };

const dialect = described(word(...dialects), "Whose order of steps, defaults and boundary rules apply.", "openai");

/** The dialect, and a field for each option of a step. */
export const SAMPLING_FIELDS: { readonly dialect: typeof dialect } & Fields = {
  dialect,
  ...Object.fromEntries(
    STEP_FLAGS.map(({ name, takes }) => [
      snakeCase(name),
      described(fieldOf(takes, name), SAMPLING_DESCRIPTIONS[name], DEFAULTS[name]),
    ]),
  ),
};

function fieldOf(takes: FlagValue, name: string): Field {
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
    case "texts": {
      const what = 'strings, each a text or token ids such as "1,2,3"';
      return list(shortString(MOST_CHARACTERS), what, {
        least: 1,
        most: name === "banned" ? MOST_BANNED : MOST_BREAKERS,
      });
    }
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

/** Options that are no flags of a step, and steps, by the names that messages have. */
const FIELDS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...NAMES].map(([field, name]) => [name, field])),
  minLength: "min_tokens",
  forcedLast: "forced_last",
  "logit-bias": "logit_bias",
  "allowed-tokens": "allowed",
  "banned-words": "banned",
  "min-length": "min_tokens",
  "no-repeat-ngram": "no_repeat_ngram",
};
const OPTIONS = Object.keys(FIELDS).filter((name) => /[A-Z-]/.test(name));

/** A message about options as one about fields, without the name of the function. */
export function inFields(message: string): string {
  return message
    .replace(/^(presetChain|createSampler): /, "")
    .replaceAll(new RegExp(`\\b(${OPTIONS.join("|")})\\b`, "g"), (name) => FIELDS[name] as string)
    .replaceAll(/use the step \{ type: "greedy" \}(, or the option greedy)?/g, "give temperature 0");
}

/** The field that a message about fields begins with, if there is one. */
export function fieldIn(message: string): string | undefined {
  const first = /^\w+/.exec(message)?.[0] ?? "";
  return Object.values(FIELDS).includes(first) ? first : undefined;
}
