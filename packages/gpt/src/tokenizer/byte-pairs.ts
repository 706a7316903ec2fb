/**
 * Byte-pair encoding of one word: its bytes, of which the two neighbors that are merged first by the list of merges become one
 * token, until no two can. Follows tokenizers 0.23, models/bpe, ties and merges that are listed twice included. A heap holds the
 * merges that are possible, so a word of n bytes takes n log n steps: a text without spaces is one word.
 * @see Sennrich, Haddow and Birch 2016, arXiv 1508.07909
 */
import { quote } from "../errors.ts";
import { type Heap, heapOf } from "./heap.ts";
import { byteOfCharacter } from "./streaming-decoder.ts";
import type { Merge } from "./vocabulary.ts";

export interface BytePairOptions {
  /** Stands for a byte that the vocabulary lacks. */
  readonly unkToken?: string | undefined;
  /** One such token for several bytes in a row. */
  readonly fuseUnk?: boolean;
  /** A word that is a token as a whole is that token, whatever the merges say. */
  readonly ignoreMerges?: boolean;
}

export interface BytePairModel extends BytePairOptions {
  /** Ids by token, each byte spelled as one character of GPT-2's alphabet. */
  readonly vocab: ReadonlyMap<string, number>;
  /** The first is merged first. */
  readonly merges: readonly Merge[];
}

/** By the ids of the left and the right token, the place of their merge in the list. */
type Ranks = ReadonlyMap<number, ReadonlyMap<number, number>>;

const LONGEST_CACHED = 256; // characters of a word
const MOST_CACHED = 20_000; // words

/** A function from a word to its ids; it throws RangeError for a byte that no token stands for. */
export function bytePairEncoder(model: BytePairModel): (word: string) => readonly number[] {
  const { vocab, merges, ignoreMerges = false } = model;
  const ranks = ranksOf(merges);
  const symbolsOf = symbolReader(model);
  const cache = new Map<string, readonly number[]>();
  const encoder = new TextEncoder();
  const encode = (word: string): readonly number[] => {
    const bytes = encoder.encode(word);
    const whole = ignoreMerges ? vocab.get(spell(bytes)) : undefined;
    return whole === undefined ? mergeAll(symbolsOf(bytes), merges, ranks) : [whole];
  };
  return (word) => {
    const cached = cache.get(word);
    if (cached) return cached;
    const found = encode(word);
    if (cache.size === MOST_CACHED) cache.clear();
    if (word.length <= LONGEST_CACHED) cache.set(word, found);
    return found;
  };
}

/** A merge that is listed twice has its last place. */
function ranksOf(merges: readonly Merge[]): Ranks {
  const ranks = new Map<number, Map<number, number>>();
  for (const [rank, [left, right]] of merges.entries()) {
    const others = ranks.get(left);
    if (others) others.set(right, rank);
    else ranks.set(left, new Map([[right, rank]]));
  }
  return ranks;
}

const CHARACTERS = [...byteOfCharacter().keys()];

/** Bytes in GPT-2's alphabet. */
const spell = (bytes: Uint8Array): string => Array.from(bytes, (byte) => CHARACTERS[byte]).join("");

/** The ids of a word's bytes. */
function symbolReader({ vocab, unkToken, fuseUnk = false }: BytePairModel): (bytes: Uint8Array) => number[] {
  const idOfByte = CHARACTERS.map((character) => vocab.get(character));
  const unknown = (byte: number): number => {
    const lacking = idOfByte.filter((id) => id === undefined).length;
    const what = `no token stands for byte ${byte}; the vocabulary lacks ${lacking} of the 256 bytes`;
    if (unkToken === undefined) throw new RangeError(`encode: ${what}`);
    const id = vocab.get(unkToken);
    if (id === undefined) throw new RangeError(`encode: ${what}, and its unk_token ${quote(unkToken)} too`);
    return id;
  };
  return (bytes) => {
    const ids: number[] = [];
    let wasUnknown = false;
    for (const byte of bytes) {
      const id = idOfByte[byte];
      if (id !== undefined || !(wasUnknown && fuseUnk)) ids.push(id ?? unknown(byte));
      wasUnknown = id === undefined;
    }
    return ids;
  };
}

/** A word as a linked list: a merge keeps the left symbol and takes the right one out. */
interface Word {
  readonly symbols: number[];
  /** Of each symbol, the one that follows and the one before; the length and -1 where there is none. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly removed: Uint8Array;
}

/** Merges until there is nothing to merge. Of equal rank, the leftmost pair is first. */
function mergeAll(symbols: number[], merges: readonly Merge[], ranks: Ranks): readonly number[] {
  const length = symbols.length;
  if (length < 2) return symbols;
  const word: Word = {
    symbols,
    next: Int32Array.from(symbols, (_, i) => i + 1),
    previous: Int32Array.from(symbols, (_, i) => i - 1),
    removed: new Uint8Array(length),
  };
  const merged = (rank: number | undefined) => (rank === undefined ? undefined : merges[rank]?.[2]);
  const heap = heapOf(); // of rank * length + position
  for (let at = 0; at + 1 < length; at++) offer(heap, word, at, ranks);
  for (let top = heap.pop(); top !== undefined; top = heap.pop()) {
    const at = top % length;
    const id = merged((top - at) / length) as number;
    const right = word.next[at] as number;
    if (word.removed[at] || right === length || merged(rankAt(word, at, ranks)) !== id) continue; // no longer what it was
    join(word, at, right, id);
    if ((word.previous[at] as number) >= 0) offer(heap, word, word.previous[at] as number, ranks);
    if ((word.next[at] as number) < length) offer(heap, word, at, ranks);
  }
  return symbols.filter((_, at) => !word.removed[at]);
}

const rankAt = ({ symbols, next }: Word, at: number, ranks: Ranks): number | undefined =>
  ranks.get(symbols[at] as number)?.get(symbols[next[at] as number] as number);

function offer(heap: Heap, word: Word, at: number, ranks: Ranks): void {
  const rank = rankAt(word, at, ranks);
  if (rank !== undefined) heap.push(rank * word.symbols.length + at);
}

function join({ symbols, next, previous, removed }: Word, at: number, right: number, id: number): void {
  const after = next[right] as number;
  symbols[at] = id;
  removed[right] = 1;
  next[at] = after;
  if (after < symbols.length) previous[after] = at;
}
