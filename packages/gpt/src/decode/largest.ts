/** The few largest of many numbers, by bounded insertion: the N V candidates of a beam search are not sorted. */

export interface Place {
  /** The row, and the index in it. */
  readonly row: number;
  readonly index: number;
  /** The number plus its row's offset. */
  readonly score: number;
}

/**
 * The `count` largest of rows[r][i] + offsets[r], largest first; ties go to the lower row, then the lower index.
 * -Infinity and NaN are skipped, so there may be fewer. N rows of [V] -> at most `count` places
 */
export function largest(count: number, rows: readonly ArrayLike<number>[], offsets: readonly number[]): Place[] {
  const best: Place[] = [];
  let least = Number.NEGATIVE_INFINITY; // the threshold to be inserted
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
