/** The pairs of adjacent tokens that were seen in a BPE training, numbered as they came, and their counts. */

/** Above every id, so that a pair of ids is one exact number. */
export const ID_LIMIT = 2 ** 26;

export interface PairTable {
  /** Left id times ID_LIMIT plus right id, by a pair's number. */
  readonly keys: number[];
  readonly counts: number[];
  /** The number of a pair, a new one if it has none. */
  numberOf(left: number, right: number): number;
}

/** A table without pairs. */
export function pairTable(): PairTable {
  const numbers = new Map<number, number>();
  const keys: number[] = [];
  const counts: number[] = [];
  const numberOf = (left: number, right: number) => {
    const key = left * ID_LIMIT + right;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, keys.length);
    counts.push(0);
    return keys.push(key) - 1;
  };
  return { keys, counts, numberOf };
}
