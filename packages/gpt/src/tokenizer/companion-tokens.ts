/**
 * The tokens that companion files add to a tokenizer, and their order, which determines the ids of new tokens, whatever
 * ids the files name. Follows AutoTokenizer of transformers 5.18: tokenization_utils_base.py, _from_pretrained, then
 * TokenizersBackend.
 */
import type { AddedToken } from "./added-tokens.ts";
import {
  type Companions,
  type DescribedToken,
  EXTRA,
  NAMES,
  OLD_EXTRA,
  type Token,
  type TokenKeys,
} from "./companion-files.ts";

/** The tokenizer that is added to. */
export interface Base {
  /** Whether it is transformers' class GPT2Tokenizer, or one that takes everything from tokenizer.json. */
  readonly isGPT2Class: boolean;
  /** The added tokens of tokenizer.json, by the ids it names. */
  readonly addedTokens: readonly (AddedToken & { readonly id: number })[];
  /** The padding token of tokenizer.json. */
  readonly padToken: string | undefined;
}

/** GPT2Tokenizer's defaults for bos, eos and unk. */
const END_OF_TEXT = "<|endoftext|>";
const DEFAULTS = ["bos_token", "eos_token", "unk_token"];

const contentOf = (token: Token): string => (typeof token === "string" ? token : token.content);

/** The tokens to add, in order. */
export function companionTokens(files: Companions, base: Base): AddedToken[] {
  const { keys, own } = joinKeys(files);
  const listed = listedTokens(files, base, keys);
  const named = namedTokens(keys, own, base, [...listed.values()]);
  const extra = listOf(keys, keys.has(EXTRA) ? EXTRA : OLD_EXTRA);
  const inOrder = [...listed].sort(([a], [b]) => a - b).map(([, token]) => token);
  const there = new Set([...(base.isGPT2Class ? [] : base.addedTokens), ...inOrder].map(contentOf));
  const toAdd: Token[] = [...inOrder];
  for (const token of [...named, ...extra]) {
    if (!there.has(contentOf(token)) && !toAdd.some((other) => isEqual(other, token))) toAdd.push(token);
  }
  const special = new Set(named.map(contentOf));
  return toAdd.map((token) => withProperties(token, special));
}

/** A token given as a string is special. */
function withProperties(token: Token, contents: ReadonlySet<string>): AddedToken {
  if (typeof token === "string")
    return { content: token, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const { content, single_word, lstrip, rstrip } = token;
  const special = token.special || contents.has(content);
  return { content, single_word, lstrip, rstrip, normalized: token.normalized ?? !special, special };
}

function isEqual(a: Token, b: Token): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  const none: ReadonlySet<string> = new Set();
  return JSON.stringify(withProperties(a, none)) === JSON.stringify(withProperties(b, none));
}

/** The keys of both files combined; the model's own tokens go last. */
function joinKeys({ configTokens, mapTokens }: Companions): { keys: TokenKeys; own: ReadonlyMap<string, Token> } {
  const keys = new Map(configTokens);
  const own = new Map<string, Token>();
  const takeObject = () => {
    const extra = keys.get(EXTRA);
    if (!(extra instanceof Map)) return;
    for (const [name, token] of extra) own.set(name, token);
    keys.delete(EXTRA);
  };
  const old = keys.get(OLD_EXTRA);
  if (old !== undefined && isEmpty(keys.get(EXTRA))) {
    keys.set(EXTRA, old);
    keys.delete(OLD_EXTRA);
  }
  for (const [name, token] of configTokens) {
    if (NAMES.includes(name) || typeof token !== "string") continue;
    own.set(name, token);
    keys.delete(name);
  }
  takeObject();
  for (const [name, value] of mapTokens)
    keys.set(name, name === EXTRA && Array.isArray(value) ? joinLists(listOf(keys, EXTRA), value) : value);
  takeObject();
  return { keys, own };
}

const isEmpty = (value: ReturnType<TokenKeys["get"]>): boolean =>
  !value || (value instanceof Map ? value.size === 0 : Array.isArray(value) && value.length === 0);

function joinLists(list: readonly Token[], more: readonly Token[]): readonly Token[] {
  const joined = [...list];
  for (const token of more) if (!joined.some((other) => isEqual(other, token))) joined.push(token);
  return joined;
}

function listOf(keys: TokenKeys, name: string): readonly Token[] {
  const value = keys.get(name);
  return Array.isArray(value) ? value : [];
}

/** Tokens with an id in a file. */
function listedTokens(files: Companions, base: Base, keys: TokenKeys): ReadonlyMap<number, DescribedToken> {
  if (files.decoder) return files.decoder;
  const listed = new Map<number, DescribedToken>();
  const special = [...NAMES.map((name) => keys.get(name) as Token | null | undefined), ...listOf(keys, EXTRA)];
  const contents = new Set(special.map((token) => (token ? contentOf(token) : undefined)));
  for (const [content, id] of files.addedIds) {
    const isSpecial = contents.has(content);
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: !isSpecial, special: isSpecial };
    listed.set(id, { content, ...flags });
  }
  for (const { id, ...token } of base.addedTokens) listed.set(id, token);
  return listed;
}

/** bos_token and others in transformers' order, then the model's own. */
function namedTokens(
  keys: TokenKeys,
  own: ReadonlyMap<string, Token>,
  { isGPT2Class, padToken }: Base,
  listed: readonly DescribedToken[],
): Token[] {
  const properties = new Map(listed.map((token) => [token.content, token]));
  const named = new Map<string, Token | null>();
  for (const name of NAMES) {
    const token = keys.get(name) as Token | null | undefined;
    if (token === null) named.set(name, null);
    else if (token !== undefined) named.set(name, properties.get(contentOf(token)) ?? token);
    else if (isGPT2Class && DEFAULTS.includes(name)) named.set(name, END_OF_TEXT);
    else if (!isGPT2Class && name === "pad_token") named.set(name, padToken ?? null);
  }
  for (const [name, token] of keys) {
    if (!NAMES.includes(name) && name !== EXTRA && name !== OLD_EXTRA) named.set(name, token as Token | null);
  }
  for (const [name, token] of own) named.set(name, token);
  return [...named.values()].filter((token) => token !== null);
}
