/**
 * Schemas of JSON files, with valibot. A message completes "must be ...". Stricter than valibot's own objects: an array
 * is not an object, and a missing key has the message of that key, not of the whole. Values have schemas of
 * our own, which are one line each: valibot's take 0.2 kB of a bundle each.
 */
import * as v from "valibot";

/** An object with these keys; the result has no others. */
export function object<E extends v.ObjectEntries>(entries: E, rule: string) {
  return v.pipe(v.custom<object>(isObject, rule), v.object(entries, ruleOf(entries, rule)));
}

/** An object with these keys; the result has the others too. */
export function looseObject<E extends v.ObjectEntries>(entries: E, rule: string) {
  return v.pipe(v.custom<object>(isObject, rule), v.looseObject(entries, ruleOf(entries, rule)));
}

/** valibot reports a missing key as a problem of the object; its path ends in the key. */
function ruleOf(entries: v.ObjectEntries, rule: string) {
  return ({ path }: v.BaseIssue<unknown>): string => {
    const missing = path && entries[String(path[0].key)];
    return missing && "message" in missing && typeof missing.message === "string" ? missing.message : rule;
  };
}

/** A whole number from `least` to `most`. */
export function wholeNumber(rule: string, least = 0, most = Number.MAX_SAFE_INTEGER) {
  return v.custom<number>((value) => Number.isSafeInteger(value) && isWithin(value, least, most), rule);
}

/** A number, neither infinite nor NaN, `least` or more. */
export function finiteNumber(rule: string, least = -Number.MAX_VALUE) {
  return v.custom<number>((value) => isWithin(value, least, Number.MAX_VALUE), rule);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

export function boolean(rule: string) {
  return oneOf([true, false], rule);
}

export function string(rule: string) {
  return v.custom<string>((value) => typeof value === "string", rule);
}

/** One of these values. Zeros are equal, whatever their signs. */
export function oneOf<const T>(values: readonly T[], rule: string) {
  return v.custom<T>((value) => values.includes(value as T), rule);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The first problem of a value: where it is, and the rule that it breaks. */
export interface Problem {
  readonly path: readonly string[];
  readonly rule: string;
}

/** `value` with its defaults. @throws the error that `fail` makes of its first problem */
export function parse<Output>(
  schema: v.GenericSchema<unknown, Output>,
  value: unknown,
  fail: (problem: Problem) => Error,
): Output {
  const { success, output, issues } = v.safeParse(schema, value);
  if (success) return output;
  const [{ path = [], message }] = issues;
  throw fail({ path: path.map(({ key }) => String(key)), rule: message });
}
