/**
 * JSON as the safetensors reference reader takes it (serde_json into a struct), stricter than JSON.parse: no duplicate
 * keys in an object (JSON.parse silently keeps the last), no lone surrogates, no fraction or exponent in an integer.
 * JSON.parse does the parsing; the scan afterwards only looks for what it forgives, and may assume valid JSON.
 */
import { parseJsonText } from "../config/json-text.ts";
import { parsePythonJson } from "../config/python-json.ts";
import { oneLine, quote } from "../errors.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;
const PUNCTUATION = "{}:";
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}]|:/g;

/** JSON that breaks a rule beyond the grammar; the message names the rule and the position. */
class JsonRuleError extends Error {
  override readonly name = "JsonRuleError";
}

/** The rest of a message, after the name of the file or its part, if `text` could not be parsed because of `cause`. */
export function jsonProblem(text: string, cause: unknown): string {
  if (cause instanceof JsonRuleError) return cause.message;
  if (text.startsWith("\ufeff")) return "begins with a byte order mark: save it as UTF-8 without one";
  return `is not valid JSON: ${(cause as Error).message}`;
}

export interface StrictRules {
  /** Reads the text; JSON.parse by default. */
  readonly parse?: (text: string) => unknown;
  /** Whether the number under these keys must be an integer, 0 or more, and written as one; by default every number. */
  readonly isWhole?: (path: readonly string[]) => boolean;
}

/** @throws Error for jsonProblem */
export function parseStrictJson(
  text: string,
  { parse = parseJsonText, isWhole = () => true }: StrictRules = {},
): unknown {
  const value: unknown = parse(text);
  scan(
    text,
    () => true,
    (token, position, path) => {
      if (token.startsWith('"')) checkString(token, position);
      else if (!PUNCTUATION.includes(token) && isWhole(path)) checkWhole(token, position);
    },
  );
  return value;
}

/**
 * The member `name` of a JSON object, undefined if there is none. It and its keys must not be duplicated; the rest of
 * the text is read as Python's json module reads it.
 * @throws Error for jsonProblem
 */
export function parseMember(text: string, name: string): unknown {
  const value = parsePythonJson(text) as Record<string, unknown> | null;
  scan(text, (path) => path[0] === name && path.length <= 2);
  return value?.[name];
}

/** Finds duplicate keys among those that `counts` selects by their path, and passes every token to `token`. */
function scan(
  text: string,
  counts: (path: readonly string[]) => boolean,
  onToken?: (token: string, position: number, path: readonly string[]) => void,
): void {
  const open: Set<string>[] = []; // the keys so far of each enclosing object
  const path: string[] = [];
  let last = "";
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") {
      open.pop();
      path.length = open.length;
    } else if (token === ":") {
      path.length = open.length;
      path[open.length - 1] = decoded(last); // because "\u0061" and "a" are the same key
      if (counts(path)) addKey(open.at(-1) as Set<string>, path.at(-1) as string, index);
    }
    onToken?.(token, index, path);
    last = token;
  }
}

const decoded = (string: string): string => (string.includes("\\") ? JSON.parse(string) : string.slice(1, -1));

function addKey(keys: Set<string>, key: string, position: number): void {
  if (keys.has(key)) throw new JsonRuleError(`has key ${quote(key)} twice, again at position ${position}`);
  keys.add(key);
}

function checkWhole(token: string, position: number): void {
  if (!/^\d+$/.test(token))
    throw new JsonRuleError(`has the number ${oneLine(token)} at position ${position}, not a whole number, 0 or more`);
}

function checkString(token: string, position: number): void {
  if (token.includes("\\u") && LONE_SURROGATE.test(JSON.parse(token) as string)) {
    throw new JsonRuleError(`has half of a surrogate pair in the string at position ${position}`);
  }
}
