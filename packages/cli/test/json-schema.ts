/** The part of JSON Schema (2020-12) that packages/cli/schemas use; another keyword is an error. */

interface Schema {
  readonly [keyword: string]: unknown;
}

const ANNOTATIONS = ["$schema", "$defs", "title", "description"];

/** What is wrong with a value, each with its path; nothing if it fits. */
export function violations(value: unknown, schema: Schema, root: Schema = schema, path = "$"): string[] {
  return Object.entries(schema).flatMap(([keyword, wanted]) => {
    if (ANNOTATIONS.includes(keyword)) return [];
    const check = CHECKS[keyword];
    if (!check) throw new Error(`no check for the keyword ${keyword}`);
    return check({ value, wanted, schema, root, path });
  });
}

interface Check {
  readonly value: unknown;
  readonly wanted: unknown;
  readonly schema: Schema;
  readonly root: Schema;
  readonly path: string;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const typeOf = (value: unknown): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);
const fails = (path: string, what: string) => [`${path}: ${what}`];

const CHECKS: Readonly<Record<string, (check: Check) => string[]>> = {
  $ref: ({ value, wanted, root, path }) => {
    const found = (root["$defs"] as Record<string, Schema>)[String(wanted).replace("#/$defs/", "")];
    if (!found) throw new Error(`no ${wanted}`);
    return violations(value, found, root, path);
  },
  oneOf: ({ value, wanted, root, path }) => {
    const all = (wanted as Schema[]).map((schema) => violations(value, schema, root, path));
    return all.filter((found) => found.length === 0).length === 1 ? [] : [`${path}: not one of`, ...all.flat()];
  },
  type: ({ value, wanted, path }) => {
    const types = [wanted].flat();
    const own = typeOf(value);
    const fits = types.includes(own) || (types.includes("integer") && Number.isInteger(value));
    return fits ? [] : fails(path, `${own} is not ${types.join(" or ")}`);
  },
  enum: ({ value, wanted, path }) =>
    (wanted as unknown[]).includes(value) ? [] : fails(path, `${value} is not listed`),
  minimum: ({ value, wanted, path }) =>
    typeof value === "number" && value < Number(wanted) ? fails(path, `${value} is below ${wanted}`) : [],
  maximum: ({ value, wanted, path }) =>
    typeof value === "number" && value > Number(wanted) ? fails(path, `${value} is above ${wanted}`) : [],
  items: ({ value, wanted, root, path }) =>
    Array.isArray(value) ? value.flatMap((item, i) => violations(item, wanted as Schema, root, `${path}[${i}]`)) : [],
  required: ({ value, wanted, path }) =>
    isObject(value) ? (wanted as string[]).filter((key) => !(key in value)).map((key) => `${path}: lacks ${key}`) : [],
  properties: ({ value, wanted, root, path }) =>
    Object.entries(wanted as Record<string, Schema>).flatMap(([key, schema]) =>
      isObject(value) && key in value ? violations(value[key], schema, root, `${path}.${key}`) : [],
    ),
  additionalProperties: ({ value, wanted, schema, path }) => {
    if (wanted !== false || !isObject(value)) return [];
    const known = Object.keys(schema["properties"] as object);
    return Object.keys(value)
      .filter((key) => !known.includes(key))
      .map((key) => `${path}: has ${key}`);
  },
};
