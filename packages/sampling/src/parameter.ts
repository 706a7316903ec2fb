/** The parameters of steps: what each may be, and the message when it is not. */
import { SamplingError, show } from "./errors.ts";

export interface Parameter {
  readonly required: boolean;
  /** @throws SamplingError that begins with `name`. */
  readonly check: (value: unknown, name: string) => void;
}

/** Which tokens of the history count: all, those generated, or the last so many of all (0 is none). */
export type Scope = "all" | "generated" | number;

/** A parameter that may be left out. */
export function optional({ check }: Parameter): Parameter {
  return { required: false, check };
}

/** A number for which `holds`; `rule` says which numbers those are. */
export function number(rule: string, holds: (value: number) => boolean): Parameter {
  return parameter(rule, (value) => typeof value === "number" && Number.isFinite(value) && holds(value));
}

/** A whole number, `least` or more. */
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

export const scope: Parameter = optional(
  parameter(
    'must be "all", "generated" or a whole number of last tokens',
    (value) => value === "all" || value === "generated" || (Number.isSafeInteger(value) && (value as number) >= 0),
  ),
);

/** Token ids; that they are in the vocabulary is checked where a row of logits says how large it is. */
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

/** @throws SamplingError if an id is not one of the row's. */
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
