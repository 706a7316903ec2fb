/** The keys of a flat JSON file against a schema: config.json and generation_config.json. */
import { ConfigError, quote } from "../errors.ts";
import { parse, type Schema } from "./schema.ts";

/** The keys with their defaults. @throws ConfigError naming the first that breaks its rule */
export function checkKeys<T>(schema: Schema<T>, keys: Readonly<Record<string, unknown>>, file: string): T {
  return parse(schema, keys, ({ path: [key = ""], rule }) => {
    const got = `${quote(keys[key])} (${typeName(keys[key])})`;
    return new ConfigError(file, `"${key}" must be ${rule}, got ${got}`);
  });
}

function typeName(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
}
