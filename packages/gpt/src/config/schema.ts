/**
 * Schemas of JSON files. A schema is a function that returns the value with its defaults, or throws the error of its
 * first problem, in the order of the schema. A rule completes "must be ...". Ours and not a
 * library's, for the size of a bundle: docs/decisions/0016-bundle-size.md.
 */

/** Reads a value; `fail` makes the error. */
export type Schema<T> = (value: unknown, fail: Fail) => T;

/** The error of a value within the one that is read: where it is, and the rule that it breaks. */
type Fail = (problem: Problem) => Error;

interface Problem {
  readonly path: readonly string[];
  readonly rule: string;
}

/** What a schema returns. */
export type Output<S> = S extends Schema<infer T> ? T : never;

type Entries = Readonly<Record<string, Schema<unknown>>>;

/** What an object with these keys becomes; a key that may be left out is undefined or missing. */
type Outputs<E extends Entries> = { -readonly [K in keyof E]: Output<E[K]> };

/** `value` with its defaults. @throws the error that `fail` makes of its first problem */
export function parse<T>(schema: Schema<T>, value: unknown, fail: Fail): T {
  return schema(value, fail);
}

/** A value for which `holds`. */
export function custom<T>(holds: (value: unknown) => boolean, rule: string): Schema<T> {
  return (value, fail) => {
    if (!holds(value)) throw fail({ path: [], rule });
    return value as T;
  };
}

/** A value of the schema, or none: then it is `preset`. */
export function optional<T>(schema: Schema<T>): Schema<T | undefined>;
export function optional<T>(schema: Schema<T>, preset: T): Schema<T>;
export function optional<T>(schema: Schema<T>, preset?: T): Schema<T | undefined> {
  return (value, fail) => (value === undefined ? preset : schema(value, fail));
}

/** A value of the schema, null, or none. */
export function nullish<T>(schema: Schema<T>): Schema<T | null | undefined> {
  return (value, fail) => (value === undefined || value === null ? value : schema(value, fail));
}

export const unknown: Schema<unknown> = (value) => value;

/** An object with these keys; the result has no others. */
export function object<E extends Entries>(entries: E, rule: string): Schema<Outputs<E>> {
  return (value, fail) => {
    if (!isObject(value)) throw fail({ path: [], rule });
    const result: Record<string, unknown> = {};
    for (const [key, schema] of Object.entries(entries)) {
      const found = schema(own(value, key), within(key, fail));
      if (found !== undefined) result[key] = found;
    }
    return result as Outputs<E>;
  };
}

/** An object with these keys; the result has the others too. */
export function looseObject<E extends Entries>(entries: E, rule: string): Schema<Outputs<E> & Record<string, unknown>> {
  const known = object(entries, rule);
  return (value, fail) => {
    const found = known(value, fail);
    return { ...(value as object), ...found };
  };
}

/** A list of values of one schema. */
export function array<T>(item: Schema<T>, rule: string): Schema<T[]> {
  return (value, fail) => {
    if (!Array.isArray(value)) throw fail({ path: [], rule });
    return value.map((each, index) => item(each, within(String(index), fail)));
  };
}

function within(key: string, fail: Fail): Fail {
  return ({ path, rule }) => fail({ path: [key, ...path], rule });
}

function own(value: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A whole number from `least` to `most`. */
export function wholeNumber(rule: string, least = 0, most = Number.MAX_SAFE_INTEGER): Schema<number> {
  return custom((value) => Number.isSafeInteger(value) && isWithin(value, least, most), rule);
}

/** A number, neither infinite nor NaN, `least` or more. */
export function finiteNumber(rule: string, least = -Number.MAX_VALUE): Schema<number> {
  return custom((value) => isWithin(value, least, Number.MAX_VALUE), rule);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === "number" && value >= least && value <= most;
}

export function boolean(rule: string): Schema<boolean> {
  return oneOf([true, false], rule);
}

export function string(rule: string): Schema<string> {
  return custom((value) => typeof value === "string", rule);
}

/** One of these values. Zeros are equal, whatever their signs. */
export function oneOf<const T>(values: readonly T[], rule: string): Schema<T> {
  return custom((value) => values.includes(value as T), rule);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
