/** Batch: the sequences of a pass, and what their rows are, one after another. */
import type { Sequence } from "@tsgpt/gpt";

/** Of T + 1 ids, T are inputs, each followed by its target. */
export interface Batch {
  readonly sequences: readonly Sequence[];
  /** Where the rows of each sequence begin, and where the last one's end: B + 1 numbers. */
  readonly starts: readonly number[];
  /** Of each row: its token, its position in its sequence, and the token after it. */
  readonly ids: readonly number[];
  readonly positions: readonly number[];
  readonly targets: readonly number[];
}

/** B lists of T + 1 ids, two or more each -> sum of T rows */
export function batchOf(texts: readonly ArrayLike<number>[]): Batch {
  const lists = texts.map((text) => Array.from(text));
  const sequences = lists.map((list) => ({ ids: list.slice(0, -1) }));
  const starts = [0];
  for (const { ids } of sequences) starts.push((starts.at(-1) as number) + ids.length);
  return {
    sequences,
    starts,
    ids: sequences.flatMap(({ ids }) => ids),
    positions: sequences.flatMap(({ ids }) => ids.map((_, position) => position)),
    targets: lists.flatMap((list) => list.slice(1)),
  };
}
