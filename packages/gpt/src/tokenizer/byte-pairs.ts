/**
 * Byte-pair encoding of one word: starting from its bytes, the adjacent pair with the best rank is merged until none is
 * left. Follows tokenizers 0.23, models/bpe, including ties and duplicate merges. A heap holds the candidate merges, so
 * a word of n bytes takes O(n log n): a text without spaces is one word.
 * @see Sennrich, Haddow and Birch 2016, arXiv 1508.07909
 */
import { quote } from "../errors.ts";
import { type Heap, heapOf } from "./heap.ts";
import { byteOfCharacter } from "./streaming-decoder.ts";
import type { Merge } from "./vocabulary.ts";

export interface BytePairOptions {
  /** Replaces a byte that the vocabulary lacks. */
  readonly unkToken?: string | undefined;
  /** Replaces a run of such bytes by one token. */
  readonly fuseUnk?: boolean;
  /** A word that is itself a token becomes that token, ignoring the merges. */
  readonly ignoreMerges?: boolean;
}

export interface BytePairModel extends BytePairOptions {
  /** Ids by token, with bytes as characters of GPT-2's alphabet. */
  readonly vocab: ReadonlyMap<string, number>;
  /** In order of rank. */
  readonly merges: readonly Merge[];
}

/** A merge that was done on the way to a token. */
export interface TokenMerge {
  /** Its place in the list of merges, from 0; the lowest is done first. */
  readonly rank: number;
  /** Index among the token's bytes at which the two symbols' merge begins. */
  readonly at: number;
  /** Id of the merge. */
  readonly id: number;
}

/** A byte-pair model; both functions throw RangeError for a byte without a token. */
export interface BytePairs {
  encodeWord(word: string): readonly number[];
  /** The merges, in order, that make one token of some bytes, which need no whole characters; undefined if none do. */
  mergesTo(id: number, bytes: Uint8Array): readonly TokenMerge[] | undefined;
}

/** The rank of a merge by the ids of its left and right token. */
type Ranks = ReadonlyMap<number, ReadonlyMap<number, number>>;

const LONGEST_CACHED = 256; // characters of a word
const MOST_CACHED = 20_000; // words

export function bytePairs(model: BytePairModel): BytePairs {
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
  const encodeWord = (word: string): readonly number[] => {
    const cached = cache.get(word);
    if (cached) return cached;
    const found = encode(word);
    if (cache.size === MOST_CACHED) cache.clear();
    if (word.length <= LONGEST_CACHED) cache.set(word, found);
    return found;
  };
  const mergesTo = (id: number, bytes: Uint8Array) => {
    const done: TokenMerge[] = [];
    const ids = mergeAll(symbolsOf(bytes), merges, ranks, (merge) => done.push(merge));
    return ids.length === 1 && ids[0] === id ? done : undefined;
  };
  return { encodeWord, mergesTo };
}

/** A duplicate merge has the rank of its last occurrence. */
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

/** A word as a linked list: a merge extends the left symbol and removes the right one. */
interface Word {
  readonly symbols: number[];
  /** The next and previous symbol, or the length and -1. */
  readonly next: Int32Array;
  readonly previous: Int32Array;
  readonly removed: Uint8Array;
}

/** Merges until no pair is left. At equal rank, the leftmost pair is first. */
function mergeAll(
  symbols: number[],
  merges: readonly Merge[],
  ranks: Ranks,
  onMerge?: (merge: TokenMerge) => void,
): readonly number[] {
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
    const rank = (top - at) / length;
    const id = merged(rank) as number;
    const right = word.next[at] as number;
    if (word.removed[at] || right === length || merged(rankAt(word, at, ranks)) !== id) continue; // stale
    join(word, at, right, id);
    onMerge?.({ rank, at, id });
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
