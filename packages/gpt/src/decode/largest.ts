/** The few largest of many numbers, by a bounded insertion: no sort of the N V that a beam search looks at. */

export interface Place {
  /** Which row, and where in it. */
  readonly row: number;
  readonly index: number;
  /** The number there, and its row's offset. */
  readonly score: number;
}

/**
 * The `count` largest of rows[r][i] + offsets[r], largest first; among equals the lower row, then the lower index, comes first.
 * -Infinity and NaN are never among them, so there may be fewer. N rows of [V] -> at most `count` places
 */
export function largest(count: number, rows: readonly ArrayLike<number>[], offsets: readonly number[]): Place[] {
  const best: Place[] = [];
  let least = Number.NEGATIVE_INFINITY; // what a number must exceed to get in
  for (const [row, numbers] of rows.entries()) {
    const offset = offsets[row] as number;
    for (let index = 0; index < numbers.length; index++) {
      const score = (numbers[index] as number) + offset;
      if (!(score > least)) continue;
      insert(best, { row, index, score });
      if (best.length > count) best.pop();
      if (best.length === count) least = (best[count - 1] as Place).score;
    }
  }
  return best;
}

function insert(best: Place[], place: Place): void {
  let at = best.length;
  while (at > 0 && (best[at - 1] as Place).score < place.score) at--;
  best.splice(at, 0, place);
}
