/**
 * The options of a function, checked when it is called: JavaScript has no compiler that would find `max_tokens` or
 * `"12"`. The table of an options type does not compile unless it has a check for every option, of that option's type,
 * and says which must be given. A value's range is checked where it is used.
 */
import { nearest } from "./nearest.ts";

interface AnyKind {
  /** Completes "must be". */
  readonly rule: string;
  /** Whether a value is of this kind. */
  readonly holds: (value: unknown) => boolean;
  /** The check of an option that must be given. */
  readonly required?: unknown;
}

/** A type that is not one of JavaScript's own. T: its values. */
export interface Kind<T> extends AnyKind {
  /** Never set: a kind with fewer or more values than the option does not compile. */
  readonly accepts?: (value: T) => T;
  readonly required?: never;
}

type TypeName = "boolean" | "number" | "string" | "function";

/** The check of an option with values of type T: the name of the type, or a kind if some values of it are excluded. */
export type Check<T> =
  | Kind<T>
  | ([boolean, T] extends [T, boolean]
      ? "boolean"
      : [number, T] extends [T, number]
        ? "number"
        : [string, T] extends [T, string]
          ? "string"
          : [T] extends [(...parameters: never) => unknown]
            ? "function"
            : never);

/** The check of an option that must be given. */
export interface RequiredCheck<C> extends AnyKind {
  readonly required: C;
}

/** A check for each option. */
export type Checks<O extends object> = {
  readonly [K in keyof O]-?: Partial<Pick<O, K>> extends Pick<O, K>
    ? Check<Exclude<O[K], undefined>>
    : RequiredCheck<Check<Exclude<O[K], undefined>>>;
};

type AnyCheck = TypeName | AnyKind;

/** For an option that must be given. */
export function required<const C extends AnyCheck>(check: C): RequiredCheck<C> {
  return { rule: ruleOf(check), holds: (value) => holds(check, value), required: check };
}

/** One of a few values. */
export function oneOf<const T extends string | number | boolean>(...values: readonly T[]): Kind<T> {
  const shown = values.map((value) => JSON.stringify(value));
  const last = shown.length > 1 ? ` or ${shown.at(-1)}` : shown[0];
  const rule = `${shown.slice(0, -1).join(", ")}${last}`;
  return { rule, holds: (value) => (values as readonly unknown[]).includes(value) };
}

/** An object of some interface: with these members, of which an instance may inherit some. */
export function objectWith<T extends object>(rule: string, ...members: readonly (keyof T & string)[]): Kind<T> {
  return {
    rule,
    holds: (value) => {
      if (typeof value !== "object" || value === null) return false;
      for (const member of members) if (!(member in value)) return false;
      return true;
    },
  };
}

/** A list whose elements are of one type. */
export function listOf<T>(rule: string, element: Check<T>): Kind<readonly T[]> {
  return { rule, holds: (value) => Array.isArray(value) && value.every((each) => holds(element as AnyCheck, each)) };
}

/** For `signal`: an AbortController is not one. */
export const abortSignal: Kind<AbortSignal> = objectWith("an AbortSignal", "aborted");

/** For lists of texts. */
export const strings: Kind<readonly string[]> = listOf("a list of strings", "string");

/**
 * Checks the options that `by`, a function, was called with. An option may be undefined; null is a value like others.
 * @throws RangeError naming the option and the nearest known one, or the type it must have
 */
export function checkOptions<O extends object>(by: string, options: O, checks: Checks<NoInfer<O>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new RangeError(`${by}: options must be an object, got ${describeValue(options)}`);
  }
  checkAll(by, options as Readonly<Record<string, unknown>>, checks as AnyChecks);
}

type AnyChecks = Readonly<Record<string, AnyCheck>>;

function checkAll(by: string, options: Readonly<Record<string, unknown>>, checks: AnyChecks): void {
  for (const name in options) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(by, name, Object.keys(checks));
    const value = options[name];
    if (value === undefined || holds(checks[name]!, value)) continue;
    throw new RangeError(`${by}: option "${name}" must be ${ruleOf(checks[name]!)}, got ${describeValue(value)}`);
  }
  for (const name in checks) {
    const check = checks[name]!;
    if (typeof check === "string" || check.required === undefined || options[name] !== undefined) continue;
    throw new RangeError(`${by}: option "${name}" is missing; it must be ${check.rule}`);
  }
}

function holds(check: AnyCheck, value: unknown): boolean {
  return typeof check === "string" ? typeof value === check : check.holds(value);
}

function ruleOf(check: AnyCheck): string {
  return typeof check === "string" ? `a ${check}` : check.rule;
}

/** The error for an option that a function does not have: it names the nearest one, or all. */
function unknownOption(by: string, name: string, known: readonly string[]): RangeError {
  const meant = nearest(name, known);
  const fix = meant === undefined ? `the options are ${known.join(", ")}` : `did you mean "${meant}"?`;
  return new RangeError(`${by}: there is no option ${JSON.stringify(name)}; ${fix}`);
}

const LONGEST_SHOWN = 80;

/** A value of any type, for a message: `the string "12"`, `the number 12`, `a Float32Array`. */
export function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number" || typeof value === "bigint") return `the ${typeof value} ${value}`;
  if (typeof value === "string") {
    const text = JSON.stringify(value);
    return `the string ${text.length <= LONGEST_SHOWN ? text : `${text.slice(0, LONGEST_SHOWN - 3)}...`}`;
  }
  const name = typeof value === "object" ? (value.constructor?.name ?? "Object") : typeof value;
  const isSpokenWithVowel = /^(?:[AEIO]|U(?!RL|int)|(?:HTML|XML|SVG)[A-Z])/i.test(name); // a URL, a Uint8Array
  return `${isSpokenWithVowel ? "an" : "a"} ${name === "Object" ? "object" : name}`;
}
