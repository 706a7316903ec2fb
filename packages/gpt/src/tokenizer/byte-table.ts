/** The bytes of each id. */
import { quote } from "../errors.ts";
import type { AddedVocabulary } from "./added-tokens.ts";
import { byteOfCharacter } from "./streaming-decoder.ts";
import { TokenizerError } from "./tokenizer-error.ts";

export interface ByteTable {
  /** Number of ids. */
  readonly size: number;
  /** Undefined for an unknown id. */
  find(id: number): Uint8Array | undefined;
  /** @throws RangeError for an unknown id */
  get(id: number): Uint8Array;
}

/**
 * The bytes that a vocabulary token's characters encode, or its name if one of them encodes none or tokens are not
 * bytes (`decodesBytes`), as in tokenizers; an added token's content.
 * @throws TokenizerError if two tokens have the same id
 */
export function byteTable(
  vocab: ReadonlyMap<string, number>,
  { tokenOf }: AddedVocabulary,
  decodesBytes: boolean,
): ByteTable {
  const tokens = new Map<number, string>();
  for (const [token, id] of vocab) tokens.set(id, token);
  for (const [id, { content }] of tokenOf) {
    const other = tokens.get(id) ?? content;
    if (other === content) continue;
    const free = `${quote(content)} gets id ${id}, the next after the vocabulary's ${vocab.size} tokens`;
    throw new TokenizerError(`added token ${free}, but ${quote(other)} has it: the vocabulary leaves ids out`);
  }
  const size = tokens.size + [...tokenOf.keys()].filter((id) => !tokens.has(id)).length;
  const byteOf = byteOfCharacter();
  const encoder = new TextEncoder();
  const find = (id: number) => {
    const literal = tokenOf.get(id)?.content;
    const token = literal ?? tokens.get(id);
    if (token === undefined) return undefined;
    const bytes = literal === undefined && decodesBytes ? spelledBytes(token, byteOf) : undefined;
    return bytes ?? encoder.encode(token);
  };
  const get = (id: number) => {
    const bytes = find(id);
    if (bytes === undefined) throw new RangeError(`decode: no token has id ${id}; the vocabulary has ${size} ids`);
    return bytes;
  };
  return { size, find, get };
}

/** Undefined if a character is not in GPT-2's alphabet, all of which is below U+0144. */
function spelledBytes(token: string, byteOf: ReadonlyMap<string, number>): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = byteOf.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}
