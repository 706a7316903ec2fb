/** A small JSON file that holds an object: config.json and generation_config.json. */
import { describeForeignText } from "../checkpoint/foreign-file.ts";
import { jsonProblem } from "../checkpoint/strict-json.ts";
import { ConfigError, quote } from "../errors.ts";
import { parsePythonJson } from "./python-json.ts";

/** The object in `text`; `file` is its name in messages. @throws ConfigError if it is not an object */
export function parseJsonObject(text: string, file: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parsePythonJson(text);
  } catch (cause) {
    throw new ConfigError(file, describeForeignText(text) ?? jsonProblem(text, cause), cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ConfigError(file, `must hold a JSON object, got ${quote(value)}`);
  }
  return value as Record<string, unknown>;
}
