/**
 * JSON as the safetensors reference reader takes it (serde_json into a struct), stricter than JSON.parse: no key twice in
 * one object (JSON.parse keeps the last, in silence), no half of a surrogate pair, no fraction or exponent in a number that must be whole.
 * JSON.parse does the parsing; the scan afterwards looks only for what it forgives, so it may rely on valid JSON.
 */

import { parsePythonJson } from "../config/python-json.ts";
import { oneLine, quote } from "../errors.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}]|:/g;

/** JSON that breaks a rule beyond the grammar's: the message says which, and at which character. */
class JsonRuleError extends Error {
  override readonly name = "JsonRuleError";
}

/** How a message goes on, behind the name of the file or its part, where `text` could not be parsed because of `cause`. */
export function jsonProblem(text: string, cause: unknown): string {
  if (cause instanceof JsonRuleError) return cause.message;
  if (text.startsWith("\ufeff")) return "begins with a byte order mark: save it as UTF-8 without one";
  return `is not valid JSON: ${oneLine((cause as Error).message)}`;
}

export interface StrictRules {
  /** Reads the text; JSON.parse by default. */
  readonly parse?: (text: string) => unknown;
  /** Whether the number under these keys must be whole, 0 or more, and spelt so; by default each. */
  readonly isWhole?: (path: readonly string[]) => boolean;
}

/** @throws Error for jsonProblem */
export function parseStrictJson(text: string, { parse = JSON.parse, isWhole = () => true }: StrictRules = {}): unknown {
  const value: unknown = parse(text);
  scan(
    text,
    () => true,
    (token, position, path) => {
      if (token.startsWith('"')) checkString(token, position);
      else if (/^[-\d]/.test(token) && isWhole(path)) checkWhole(token, position);
    },
  );
  return value;
}

/**
 * The member `name` of a JSON object, undefined if there is none. It and each of its keys may be there once; the rest of the text is as
 * Python's json module takes it. @throws Error for jsonProblem
 */
export function parseMember(text: string, name: string): unknown {
  const value = parsePythonJson(text) as Record<string, unknown> | null;
  scan(text, (path) => path[0] === name && path.length <= 2);
  return value?.[name];
}

/** Looks for keys that are there twice, of those that `counts` tells by the keys on the way to them, and shows every token. */
function scan(
  text: string,
  counts: (path: readonly string[]) => boolean,
  onToken?: (token: string, position: number, path: readonly string[]) => void,
): void {
  const open: Set<string>[] = []; // the keys so far of each object around this place
  const path: string[] = [];
  let last = "";
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") {
      open.pop();
      path.length = open.length;
    } else if (token === ":") {
      path.length = open.length;
      path[open.length - 1] = JSON.parse(last); // decoded, because "\u0061" and "a" are one key
      if (counts(path)) addKey(open.at(-1) as Set<string>, path.at(-1) as string, index);
    }
    onToken?.(token, index, path);
    last = token;
  }
}

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
