/** The distinct words of a corpus as token ids, in one array, and the merge of a pair in one of them. */

export interface TrainingWords {
  /** The ids of all words, one after another; a word that was merged leaves the rest of its place unused. */
  readonly symbols: Int32Array;
  /** Where each word begins. */
  readonly starts: Int32Array;
  /** Ids that each word has now. */
  readonly lengths: Int32Array;
  /** How often each word occurs. */
  readonly counts: Float64Array;
}

/** The words as the ids of their bytes. */
export function trainingWords(counted: ReadonlyMap<string, number>, idOfByte: readonly number[]): TrainingWords {
  const encoder = new TextEncoder();
  const bytes = Array.from(counted.keys(), (word) => encoder.encode(word));
  const symbols = new Int32Array(bytes.reduce((sum, { length }) => sum + length, 0));
  const starts = new Int32Array(bytes.length);
  let at = 0;
  for (const [word, ofWord] of bytes.entries()) {
    starts[word] = at;
    for (const byte of ofWord) symbols[at++] = idOfByte[byte] as number;
  }
  return {
    symbols,
    starts,
    lengths: Int32Array.from(bytes, ({ length }) => length),
    counts: Float64Array.from(counted.values()),
  };
}

/** Is told that a pair occurs `sign` times more in each occurrence of a word. */
export type PairChange = (left: number, right: number, sign: 1 | -1, word: number) => void;

/** Calls `change` for each adjacent pair of a word. */
export function eachPair({ symbols, starts, lengths }: TrainingWords, word: number, change: PairChange): void {
  const start = starts[word] as number;
  const last = start + (lengths[word] as number) - 1;
  for (let at = start; at < last; at++) change(symbols[at] as number, symbols[at + 1] as number, 1, word);
}

/**
 * Replaces the pair by `merged` wherever it is in a word, from the left, and calls `change` for its neighbors' pairs,
 * not for the pair itself.
 */
export function mergeInWord(
  { symbols, starts, lengths }: TrainingWords,
  word: number,
  [left, right, merged]: readonly [number, number, number],
  change: PairChange,
): void {
  const start = starts[word] as number;
  const end = start + (lengths[word] as number);
  let kept = start;
  for (let at = start; at < end; at++) {
    if (symbols[at] !== left || at + 1 === end || symbols[at + 1] !== right) {
      symbols[kept++] = symbols[at] as number;
      continue;
    }
    at++; // the right one
    if (kept > start) {
      const before = symbols[kept - 1] as number;
      change(before, left, -1, word);
      change(before, merged, 1, word);
    }
    symbols[kept++] = merged;
    if (at + 1 === end) continue;
    const after = symbols[at + 1] as number;
    change(right, after, -1, word);
    change(merged, after, 1, word);
  }
  lengths[word] = kept - start;
}
