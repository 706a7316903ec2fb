/** The parameters of steps: the values that each may have, and the message for any other. */
import { type Kind, listOf } from "@tsgpt/numeric";
import { SamplingError, show } from "./errors.ts";

export interface Parameter {
  readonly required: boolean;
  /** @throws SamplingError that begins with `name`. */
  readonly check: (value: unknown, name: string) => void;
}

/** Which tokens of the history count: all, the generated ones, or the last N of all (0 is none). */
export type Scope = "all" | "generated" | number;

/** A parameter that may be left out. */
export function optional({ check }: Parameter): Parameter {
  return { required: false, check };
}

/** A finite number for which `holds`; `rule` describes these numbers for messages. */
export function number(rule: string, holds: (value: number) => boolean): Parameter {
  return parameter(rule, (value) => typeof value === "number" && Number.isFinite(value) && holds(value));
}

/** An integer, `least` or more. */
export function wholeNumber(least: number, hint = ""): Parameter {
  return parameter(
    `must be a whole number, ${least} or more${hint}`,
    (value) => Number.isSafeInteger(value) && (value as number) >= least,
  );
}

/** One of a few words. */
export function word(...words: readonly string[]): Parameter {
  return parameter(`must be ${words.join(" or ")}`, (value) => words.includes(value as string));
}

/** Whose rule decides at ties. */
export type Boundary = "hf" | "llama.cpp";

export const boundary = optional(word("hf", "llama.cpp"));

/** The minimum number of candidates that a truncation keeps. */
export const minKeep = optional(wholeNumber(1));

/** Whether a length counts the generated text or all of it. */
export const lengthOfWhat = optional(word("generated", "all"));

export const scopeKind: Kind<Scope> = {
  rule: '"all", "generated" or a whole number of last tokens',
  holds: (value) => value === "all" || value === "generated" || (Number.isSafeInteger(value) && (value as number) >= 0),
};

export const scope: Parameter = optional(parameter(`must be ${scopeKind.rule}`, scopeKind.holds));

/** For an option; which numbers are ids is checked by the step. */
export const idList: Kind<readonly number[]> = listOf("a list of token ids", "number");

/** Whether ids are in the vocabulary is checked when a row of logits gives its size. */
export const tokenId: Parameter = parameter("must be a token id: a whole number, 0 or more", isId);

export const tokenIds: Parameter = parameter(
  "must be a list of at least one token id",
  (value) => Array.isArray(value) && value.length > 0 && value.every(isId),
);

/** One token id, or a list of them. */
export const oneOrMoreTokenIds: Parameter = parameter(
  "must be a token id, or a list of at least one",
  (value) => isId(value) || (Array.isArray(value) && value.length > 0 && value.every(isId)),
);

export const tokenSequences: Parameter = parameter(
  "must be a list of sequences, each a list of at least one token id",
  (value) => Array.isArray(value) && value.every((ids) => Array.isArray(ids) && ids.length > 0 && ids.every(isId)),
);

/** @throws SamplingError if an id is not in the vocabulary. */
export function checkIds(type: string, ids: Iterable<number>, vocabularySize: number): void {
  for (const id of ids) {
    if (id < vocabularySize) continue;
    throw new SamplingError(`${type}: token id ${id} is out of range; ids go from 0 to ${vocabularySize - 1}`);
  }
}

function parameter(rule: string, holds: (value: unknown) => boolean): Parameter {
  const check = (value: unknown, name: string): void => {
    if (!holds(value)) throw new SamplingError(`${name} ${rule}, got ${show(value)}`);
  };
  return { required: true, check };
}

function isId(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
