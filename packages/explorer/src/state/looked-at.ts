/** Which earlier token a head looks at most. */

/**
 * The position before `position` with the largest weight in its row. Most heads give the first token much whatever the
 * text, so that counts only where there is no other.
 */
export function lookedAt(row: Float32Array, position: number): number {
  const before = row.subarray(0, Math.max(1, position));
  const first = position > 1 ? 1 : 0;
  return before
    .subarray(first)
    .reduce((best, weight, i) => (weight > (before[best] as number) ? first + i : best), first);
}
