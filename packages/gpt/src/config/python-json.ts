/**
 * JSON as Python's json module, and so transformers, reads and writes it: NaN, Infinity and -Infinity are numbers.
 * Whether a key accepts them is checked where it is used. The Rust readers (tokenizer.json, safetensors) accept none of
 * them.
 */
import { parseJsonText } from "./json-text.ts";

const STRING = '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"';
const CONSTANT = "(?<![\\w.+-])(?:NaN|-?Infinity)(?![\\w.+-])";
const TOKENS = new RegExp(`${STRING}|${CONSTANT}`, "gs");

/** @throws SyntaxError if it is not JSON, apart from these three */
export function parsePythonJson(text: string): unknown {
  try {
    return parseJsonText(text);
  } catch (error) {
    const plain = text.replace(TOKENS, (token) => PLAIN[token] ?? token);
    if (plain === text) throw error;
    parseJsonText(plain, text); // throws, with the right position, for any other error
    return JSON.parse(text.replace(TOKENS, mark), unmark);
  }
}

/** A number of the same length, which, like NaN, cannot be a key. */
const PLAIN: Readonly<Record<string, string>> = {
  __proto__: null as never,
  NaN: "100",
  Infinity: "10000000",
  "-Infinity": "-10000000",
};

/** JSON cannot represent NaN, so a string does; every other string is prefixed with "s" to distinguish it. */
function mark(token: string): string {
  if (token === "NaN") return '"NaN"';
  return token.startsWith('"') ? `"s${token.slice(1)}` : token.replace("Infinity", "1e999");
}

function unmark(_key: string, value: unknown): unknown {
  if (typeof value === "string") return value === "NaN" ? Number.NaN : value.slice(1);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key.slice(1), member]));
}
