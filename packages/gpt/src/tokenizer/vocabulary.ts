/** The vocabulary and merges of a byte-pair model, which are too large for a schema. */
import { quote } from "../errors.ts";
import { mustBe } from "./parse-json.ts";
import { TokenizerError } from "./tokenizer-error.ts";

const LARGEST_ID = 0xffffffff;

/**
 * Ids by token, without duplicate ids: such tokens could not be distinguished.
 * @throws TokenizerError that begins with `subject`, for the value at `path`
 */
export function parseVocab(value: unknown, subject: string, path: readonly string[]): ReadonlyMap<string, number> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw mustBe(subject, path, "an object from token to id", value);
  const vocab = new Map<string, number>(Object.entries(value));
  const tokens = new Map<number, string>();
  for (const [token, id] of vocab) {
    const other = tokens.get(id);
    if (other !== undefined)
      throw new TokenizerError(`${subject}: ${quote(other)} and ${quote(token)} have one id, ${id}`);
    tokens.set(id, token);
    if (!Number.isInteger(id) || id < 0 || id > LARGEST_ID)
      throw mustBe(subject, [...path, token], `an id, a whole number, 0 or more, at most ${LARGEST_ID}`, id);
  }
  return vocab;
}

/** The ids of two tokens and of their merge. */
export type Merge = readonly [left: number, right: number, merged: number];

/** The merge of two tokens, or the token missing from the vocabulary: one of the two, or their merge. */
export function mergeOf(left: string, right: string, vocab: ReadonlyMap<string, number>): Merge | string {
  const [a, b, both] = [vocab.get(left), vocab.get(right), vocab.get(left + right)];
  if (a === undefined) return left;
  if (b === undefined) return right;
  return both === undefined ? left + right : [a, b, both];
}

/**
 * The merges of a tokenizer.json, all arrays or all strings separated by a space; `version` lines among strings are
 * skipped, as in tokenizers.
 * @throws TokenizerError
 */
export function parseMerges(values: readonly unknown[], vocab: ReadonlyMap<string, number>, subject: string): Merge[] {
  const areStrings = typeof values[0] === "string";
  const merges: Merge[] = [];
  for (const [i, value] of values.entries()) {
    if (areStrings && typeof value === "string" && value.startsWith("#version")) continue;
    const pair = areStrings && typeof value === "string" ? value.split(" ") : value;
    const path = ["model", "merges", String(i)];
    if (!isPair(pair) || (typeof value === "string") !== areStrings)
      throw mustBe(subject, path, "two tokens: all as arrays, or all as strings with a space between", value);
    const merge = mergeOf(pair[0], pair[1], vocab);
    if (typeof merge === "string")
      throw mustBe(subject, path, `of tokens in vocab, which lacks ${quote(merge)}`, value);
    merges.push(merge);
  }
  return merges;
}

const isPair = (value: unknown): value is [string, string] =>
  Array.isArray(value) && value.length === 2 && value.every((token) => typeof token === "string");
