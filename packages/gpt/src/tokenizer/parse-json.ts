/** Validates external JSON against a schema; an error names the file, the place and the rule on one line. */
import { describeForeignText } from "../checkpoint/foreign-file.ts";
import { jsonProblem, parseStrictJson } from "../checkpoint/strict-json.ts";
import { parsePythonJson } from "../config/python-json.ts";
import { parse, type Schema } from "../config/schema.ts";
import { quote } from "../errors.ts";
import { TokenizerError } from "./tokenizer-error.ts";

/** The value in `text`, by default as Python's json module reads it. @throws TokenizerError */
export function parseJson(file: string, text: string, parse: (text: string) => unknown = parsePythonJson): unknown {
  const foreign = describeForeignText(text);
  if (foreign) throw new TokenizerError(`${file}: ${foreign}`);
  try {
    return parse(text);
  } catch (cause) {
    throw new TokenizerError(`${file}: ${jsonProblem(text, cause)}`, { cause });
  }
}

/**
 * Ids by token, as Python's json module reads them, but without duplicates, and integers only.
 * @throws TokenizerError
 */
export function parseIds(file: string, text: string): unknown {
  return parseJson(file, text, (json) => parseStrictJson(json, { parse: parsePythonJson }));
}

/**
 * `value`, if it matches the schema.
 * @throws TokenizerError that begins with `subject`, for the value at the path `at`
 */
export function check<T>(subject: string, value: unknown, schema: Schema<T>, at: readonly string[] = []): T {
  return parse(schema, value, ({ path, rule }) => mustBe(subject, [...at, ...path], rule, valueAt(value, path)));
}

/** The error of a value that breaks a rule. */
export function mustBe(subject: string, path: readonly string[], rule: string, got: unknown): TokenizerError {
  const where = path.length === 0 ? "the whole" : quote(path.join("."));
  return new TokenizerError(`${subject}: ${where} must be ${rule}, got ${got === undefined ? "nothing" : quote(got)}`);
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  return path.reduce((found, key) => (found as Record<string, unknown> | undefined)?.[key], value);
}
