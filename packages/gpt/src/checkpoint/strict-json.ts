/**
 * JSON as the safetensors reference reader takes it (serde_json into a struct), stricter than JSON.parse: no key twice in
 * one object (JSON.parse keeps the last, in silence), no fraction or exponent in a number, no half of a surrogate pair.
 * JSON.parse does the parsing; the scan afterwards looks only for what it forgives, so it may rely on valid JSON.
 */
import { quote } from "../errors.ts";

const LONE_SURROGATE = /\p{Surrogate}/u;

/** @throws SyntaxError that says what is wrong, and at which character */
export function parseStrictJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  scan(text);
  return value;
}

function scan(text: string): void {
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|[{}]|:/g;
  const open: Set<string>[] = []; // the keys so far of each object around this place
  let last = "";
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const token = match[0];
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token === ":") addKey(open.at(-1) as Set<string>, last, match.index);
    else if (token.startsWith('"')) checkString(token, match.index);
    else if (!/^\d+$/.test(token))
      throw new SyntaxError(`number ${quote(token)} at position ${match.index} is not a whole number, 0 or more`);
    last = token;
  }
}

function addKey(keys: Set<string>, token: string, position: number): void {
  const key = JSON.parse(token) as string; // decoded, because "\u0061" and "a" are one key
  if (keys.has(key)) throw new SyntaxError(`key ${quote(key)} at position ${position} is there twice`);
  keys.add(key);
}

function checkString(token: string, position: number): void {
  if (token.includes("\\u") && LONE_SURROGATE.test(JSON.parse(token) as string)) {
    throw new SyntaxError(`string at position ${position} holds half of a surrogate pair`);
  }
}
