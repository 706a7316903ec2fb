/**
 * JSON by its grammar (RFC 8259), for the plain gate: nothing is lost on the way, neither a key that is there twice, nor how a
 * number is spelled. Written apart from strict-json.ts, which it checks.
 */
export type Json =
  | { readonly kind: "object"; readonly pairs: readonly (readonly [key: string, value: Json])[] }
  | { readonly kind: "array"; readonly items: readonly Json[] }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "number"; readonly spelling: string }
  | { readonly kind: "word"; readonly word: string };

/** The value in `text`; undefined if it is not JSON. */
export function plainJson(text: string): Json | undefined {
  const reader = { text, at: 0 };
  const value = readValue(reader);
  skip(reader, /[ \t\n\r]*/y);
  return value && reader.at === text.length ? value : undefined;
}

interface Reader {
  readonly text: string;
  at: number;
}

/** What the pattern matches here, stepped over. */
function skip(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0];
  reader.at += found?.length ?? 0;
  return found;
}

function readValue(reader: Reader): Json | undefined {
  skip(reader, /[ \t\n\r]*/y);
  const next = reader.text[reader.at];
  if (next === "{") return readObject(reader);
  if (next === "[") return readArray(reader);
  if (next === '"') return readString(reader);
  const word = skip(reader, /true|false|null/y);
  if (word) return { kind: "word", word };
  const spelling = skip(reader, /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y);
  return spelling ? { kind: "number", spelling } : undefined;
}

function readString(reader: Reader): (Json & { kind: "string" }) | undefined {
  const quoted = skip(reader, /"(?:[^"\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*"/y);
  if (quoted === undefined || [...quoted].some((character) => character < " ")) return undefined;
  const plain: Record<string, string> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };
  const text = quoted.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_, code?: string, letter = "") => {
    return code ? String.fromCharCode(Number.parseInt(code, 16)) : (plain[letter] ?? letter);
  });
  return { kind: "string", text };
}

function readArray(reader: Reader): Json | undefined {
  const items: Json[] = [];
  reader.at++;
  if (skip(reader, /[ \t\n\r]*\]/y)) return { kind: "array", items };
  for (;;) {
    const item = readValue(reader);
    if (!item) return undefined;
    items.push(item);
    if (skip(reader, /[ \t\n\r]*\]/y)) return { kind: "array", items };
    if (!skip(reader, /[ \t\n\r]*,/y)) return undefined;
  }
}

function readObject(reader: Reader): Json | undefined {
  const pairs: [string, Json][] = [];
  reader.at++;
  if (skip(reader, /[ \t\n\r]*\}/y)) return { kind: "object", pairs };
  for (;;) {
    skip(reader, /[ \t\n\r]*/y);
    const key = readString(reader);
    if (!key || !skip(reader, /[ \t\n\r]*:/y)) return undefined;
    const value = readValue(reader);
    if (!value) return undefined;
    pairs.push([key.text, value]);
    if (skip(reader, /[ \t\n\r]*\}/y)) return { kind: "object", pairs };
    if (!skip(reader, /[ \t\n\r]*,/y)) return undefined;
  }
}
