/**
 * Fields of a request's body: each has a JSON Schema, which the OpenAPI document shows, and the check that follows the
 * same rule. null counts as omitted, as in OpenAI's API.
 */
import { describeValue, nearest } from "@tsgpt/numeric";
import { badRequest } from "./api-error.ts";

/** A JSON Schema, as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** T: the type of the valid values. */
export interface Field<T = unknown> {
  readonly schema: JsonSchema;
  /** Completes "must be". */
  readonly rule: string;
  readonly holds: (value: unknown) => boolean;
  /** Completes "got" for a value that it does not hold for; by default its type and value. */
  readonly got?: (value: unknown) => string;
  /** Of a list: its items. */
  readonly item?: Field;
  /** Never set; only its type is used. */
  readonly parsed?: T;
}

/** Fields by name. */
export type Fields = Readonly<Record<string, Field>>;

/** The values of a body with these fields. */
export type ValuesOf<F extends Fields> = {
  readonly [N in keyof F]?: (F[N] extends Field<infer T> ? T : never) | undefined;
};

/** The same field with a description and, if it has one, its default. */
export function described<T>(field: Field<T>, description: string, byDefault?: unknown): Field<T> {
  const extra = byDefault === undefined ? {} : { default: byDefault };
  return { ...field, schema: { ...field.schema, description, ...extra } };
}

/** Where numbers may lie. */
interface Range {
  readonly least?: number | undefined;
  readonly above?: number | undefined;
  readonly most?: number | undefined;
  readonly below?: number | undefined;
}

/** A finite number in a range. */
export function number(range: Range = {}): Field<number> {
  const { least, above, most, below } = range;
  const isClosed = least !== undefined && most !== undefined;
  const bounds = [
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(least === undefined ? [] : [isClosed ? `from ${least}` : `${least} or more`]),
    ...(most === undefined ? [] : [isClosed ? `to ${most}` : `at most ${most}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const rule = bounds.length === 0 ? "a number" : `a number ${bounds.join(isClosed ? " " : " and ")}`;
  return {
    schema: { type: "number", ...limits(range) },
    rule,
    holds: (value) => isNumber(value) && inRange(value, range),
  };
}

/** A whole number in a range. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Field<number> {
  const rule = `a whole number${most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`}`;
  const schema = { type: "integer", ...limits({ least, most }) };
  return { schema, rule, holds: (value) => Number.isSafeInteger(value) && inRange(value as number, { least, most }) };
}

function limits({ least, above, most, below }: Range): JsonSchema {
  return {
    ...(least === undefined ? {} : { minimum: least }),
    ...(above === undefined ? {} : { exclusiveMinimum: above }),
    ...(most === undefined ? {} : { maximum: most }),
    ...(below === undefined ? {} : { exclusiveMaximum: below }),
  };
}

function inRange(value: number, { least = -Infinity, above, most = Infinity, below }: Range): boolean {
  return (
    value >= least && value <= most && (above === undefined || value > above) && (below === undefined || value < below)
  );
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

export const boolean: Field<boolean> = {
  schema: { type: "boolean" },
  rule: "true or false",
  holds: (value) => typeof value === "boolean",
};

export const string: Field<string> = {
  schema: { type: "string" },
  rule: "a string",
  holds: (value) => typeof value === "string",
};

/** A text with a character or more, at most `most`. */
export function shortString(most: number): Field<string> {
  return {
    schema: { type: "string", minLength: 1, maxLength: most },
    rule: `a string of 1 to ${most} characters`,
    holds: (value) => typeof value === "string" && value !== "" && charactersOf(value) <= most,
    got: (value) => (typeof value === "string" ? `${charactersOf(value)} characters` : describeValue(value)),
  };
}

/** Characters beyond U+FFFF count once, as in JSON Schema. */
function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** One of a few words. */
export function word<const W extends string>(...words: readonly W[]): Field<W> {
  const rule = `one of ${words.map((each) => JSON.stringify(each)).join(", ")}`;
  return { schema: { type: "string", enum: words }, rule, holds: (value) => words.includes(value as W) };
}

/** A list of `least` to `most` items. */
export function list<T>(
  item: Field<T>,
  what: string,
  { least = 0, most }: Pick<Range, "least" | "most"> = {},
): Field<T[]> {
  const schema = {
    type: "array",
    items: item.schema,
    ...(least === 0 ? {} : { minItems: least }),
    ...(most === undefined ? {} : { maxItems: most }),
  };
  const holds = (value: unknown) =>
    Array.isArray(value) && inRange(value.length, { least, most }) && value.every((each) => item.holds(each));
  const count = most === undefined ? (least === 0 ? "" : ` with ${least} item or more`) : ` with at most ${most} items`;
  const got = (value: unknown): string => {
    if (!Array.isArray(value)) return describeValue(value);
    if (!inRange(value.length, { least, most })) return value.length === 1 ? "1 item" : `${value.length} items`;
    const wrong = value.findIndex((each) => !item.holds(each));
    const got = gotBy(item, value[wrong]);
    return `${got} ${got.includes(" at index ") ? "of the list at" : "at"} index ${wrong}`;
  };
  return { schema, rule: `a list of ${what}${count}`, holds, got, item };
}

/** A value of one of several fields. */
export function either<T>(...fields: readonly Field<T>[]): Field<T> {
  return {
    schema: { anyOf: fields.map(({ schema }) => schema) },
    rule: fields.map(({ rule }) => rule).join(", or "),
    holds: (value) => fields.some((field) => field.holds(value)),
    got: (value) => gotBy(meantOf(fields, value), value),
  };
}

/** The field that a value comes closest to: for a list, the one that its first item is for. */
function meantOf<T>(fields: readonly Field<T>[], value: unknown): Field {
  const isList = Array.isArray(value);
  const alike = fields.filter(({ item }) => (item !== undefined) === isList);
  const first = isList ? value[0] : undefined;
  const meant =
    alike.find(({ item }) => item?.holds(first)) ?? alike.find(({ item }) => item?.item && Array.isArray(first));
  return meant ?? alike[0] ?? (fields[0] as Field);
}

const TOKEN_ID = /^(0|[1-9]\d*)$/;

/** An object of numbers by token id. */
export const biases: Field<Readonly<Record<string, number>>> = {
  schema: { type: "object", propertyNames: { pattern: "^(0|[1-9][0-9]*)$" }, additionalProperties: { type: "number" } },
  rule: 'an object of numbers by token id, such as {"50256": -100}',
  holds: (value) => isObject(value) && Object.entries(value).every(([id, bias]) => TOKEN_ID.test(id) && isNumber(bias)),
  got: (value) => {
    if (!isObject(value)) return describeValue(value);
    const [id = "", bias] = Object.entries(value).find(([id, bias]) => !TOKEN_ID.test(id) || !isNumber(bias)) ?? [];
    return TOKEN_ID.test(id) ? `${describeValue(bias)} for "${id}"` : `the key ${shownName(id)}`;
  },
};

/** An object with some of these fields and no others; null counts as omitted here too. */
export function object<F extends Fields>(fields: F): Field<ValuesOf<F>> {
  return {
    schema: objectSchema(fields),
    rule: `an object with ${Object.entries(fields)
      .map(([name, { rule }]) => `"${name}", ${rule}`)
      .join(", ")}`,
    holds: (value) =>
      isObject(value) &&
      Object.entries(value).every(([name, each]) => Object.hasOwn(fields, name) && holdsOrNull(fields[name], each)),
    got: (value) => {
      if (!isObject(value)) return describeValue(value);
      const unknown = Object.keys(value).find((name) => !Object.hasOwn(fields, name));
      if (unknown !== undefined) return `the unknown key ${shownName(unknown)}`;
      const [name = "", each] = Object.entries(value).find(([name, each]) => !holdsOrNull(fields[name], each)) ?? [];
      return `${describeValue(each)} for "${name}"`;
    },
  };
}

const holdsOrNull = (field: Field | undefined, value: unknown) => value === null || field?.holds(value) === true;

/** The schema of an object with these fields; each of them but the required ones may be null, and refused ones must. */
export function objectSchema(fields: Fields, required: readonly string[] = [], refused: Refused = {}): JsonSchema {
  const given = Object.entries(fields).map(([name, { schema }]) => {
    return [name, required.includes(name) ? schema : nullable(schema)] as const;
  });
  const others = Object.entries(refused).map(([name, instead]) => {
    return [name, { type: "null", description: `Not supported: ${instead}.` }] as const;
  });
  const properties = Object.fromEntries([...given, ...others]);
  return { type: "object", properties, additionalProperties: false, ...(required.length > 0 && { required }) };
}

function nullable({ description, default: byDefault, ...schema }: JsonSchema): JsonSchema {
  const outside = {
    ...(description !== undefined && { description }),
    ...(byDefault !== undefined && { default: byDefault }),
  };
  return { ...outside, anyOf: [schema, { type: "null" }] };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields that are known and not supported, with what to do instead. */
export type Refused = Readonly<Record<string, string>>;

/**
 * The fields of a body that have a value.
 * @throws ApiError naming a field that is unknown, refused, invalid, or required and missing
 */
export function readFields<F extends Fields>(
  body: unknown,
  fields: F,
  { required = [], refused = {} }: { readonly required?: readonly string[]; readonly refused?: Refused } = {},
): ValuesOf<F> {
  if (!isObject(body)) throw badRequest(`the body must be a JSON object, got ${describeValue(body)}`);
  const given = Object.entries(body).filter(([name, value]) => {
    if (Object.hasOwn(refused, name) && value === null) return false;
    checkField(name, value, fields, refused);
    return value !== null;
  });
  const values = Object.fromEntries(given);
  const missing = required.find((name) => !Object.hasOwn(values, name));
  if (missing === undefined) return values as ValuesOf<F>;
  throw badRequest(
    `"${missing}" is missing; it must be ${fields[missing]?.rule}`,
    missing,
    "missing_required_parameter",
  );
}

function checkField(name: string, value: unknown, fields: Fields, refused: Refused): void {
  if (Object.hasOwn(refused, name)) {
    throw badRequest(`"${name}" is not supported; ${refused[name]}`, name, "unsupported_parameter");
  }
  const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!field) throw unknownField(name, Object.keys(fields));
  if (value === null || field.holds(value)) return;
  throw badRequest(`"${name}" must be ${field.rule}, got ${gotBy(field, value)}`, name);
}

/** What a field got instead of what it takes. */
function gotBy({ got = describeValue }: Field, value: unknown): string {
  return got(value);
}

const LONGEST_NAME = 80;

const shortened = (name: string) => (name.length <= LONGEST_NAME ? name : `${name.slice(0, LONGEST_NAME)}...`);
const shownName = (name: string) => JSON.stringify(shortened(name));

function unknownField(name: string, known: readonly string[]) {
  const short = shortened(name);
  const meant = nearest(short, known);
  const fix = meant === undefined ? "see /openapi.json for the fields" : `did you mean "${meant}"?`;
  return badRequest(`there is no field ${JSON.stringify(short)}; ${fix}`, short, "unknown_parameter");
}
