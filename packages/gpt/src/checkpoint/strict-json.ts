/**
 * JSON as the safetensors reference reader takes it (serde_json into a struct), stricter than JSON.parse: no key twice in
 * one object (JSON.parse keeps the last, in silence), no fraction or exponent in a number, no half of a surrogate pair.
 * JSON.parse does the parsing; the scan afterwards looks only for what it forgives, so it may rely on valid JSON.
 */
import { quote } from "../errors.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}]|:/g;

/** @throws SyntaxError that says what is wrong, and at which character */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  scan(text, () => true, checkToken);
  return value;
}

/**
 * The member `name` of a JSON object, undefined if there is none. It and each of its keys may be there once; the rest of the text is as
 * JSON.parse takes it. @throws SyntaxError that says what is wrong, and at which character
 */
export function parseMember(text: string, name: string): unknown {
  const value = JSON.parse(text) as Record<string, unknown> | null;
  scan(text, (path) => path[0] === name && path.length <= 2);
  return value?.[name];
}

/** Looks for keys that are there twice, of those that `counts` tells by the keys on the way to them, and shows every token. */
function scan(
  text: string,
  counts: (path: readonly string[]) => boolean,
  onToken?: (token: string, position: number) => void,
): void {
  const open: Set<string>[] = []; // the keys so far of each object around this place
  const path: string[] = [];
  let last = "";
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token === ":") {
      path.length = open.length;
      path[open.length - 1] = JSON.parse(last); // decoded, because "\u0061" and "a" are one key
      if (counts(path)) addKey(open.at(-1) as Set<string>, path.at(-1) as string, index);
    }
    onToken?.(token, index);
    last = token;
  }
}

function addKey(keys: Set<string>, key: string, position: number): void {
  if (keys.has(key)) throw new SyntaxError(`key ${quote(key)} at position ${position} is there twice`);
  keys.add(key);
}

function checkToken(token: string, position: number): void {
  if (token.startsWith('"')) checkString(token, position);
  else if (/^[-\d]/.test(token) && !/^\d+$/.test(token))
    throw new SyntaxError(`number ${quote(token)} at position ${position} is not a whole number, 0 or more`);
}

function checkString(token: string, position: number): void {
  if (token.includes("\\u") && LONE_SURROGATE.test(JSON.parse(token) as string)) {
    throw new SyntaxError(`string at position ${position} holds half of a surrogate pair`);
  }
}
