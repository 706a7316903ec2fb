/** The largest and the smallest of many numbers, and where the largest is. */

/**
 * Index of the largest value, the first of equals; of the first NaN if there is one, as in NumPy; -1 without values.
 * [n] -> index
 */
export function argmax(values: Float32Array | Float64Array): number {
  let max = Number.NEGATIVE_INFINITY;
  let best = values.length === 0 ? -1 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value <= max) continue;
    if (Number.isNaN(value)) return i;
    best = i;
    max = value;
  }
  return best;
}

/**
 * The largest value; four running maxima, because a single one makes each comparison wait for the last. [n] -> a number
 */
export function largest(values: Float64Array): number {
  let [a, b, c, d] = [-Infinity, -Infinity, -Infinity, -Infinity];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    if (values[i]! > a) a = values[i]!;
    if (values[i + 1]! > b) b = values[i + 1]!;
    if (values[i + 2]! > c) c = values[i + 2]!;
    if (values[i + 3]! > d) d = values[i + 3]!;
  }
  for (; i < values.length; i++) if (values[i]! > a) a = values[i]!;
  return Math.max(a, b, c, d);
}

/** The smallest value, in the same way. [n] -> a number */
export function smallest(values: Float64Array): number {
  let [a, b, c, d] = [Infinity, Infinity, Infinity, Infinity];
  let i = 0;
  for (; i + 3 < values.length; i += 4) {
    if (values[i]! < a) a = values[i]!;
    if (values[i + 1]! < b) b = values[i + 1]!;
    if (values[i + 2]! < c) c = values[i + 2]!;
    if (values[i + 3]! < d) d = values[i + 3]!;
  }
  for (; i < values.length; i++) if (values[i]! < a) a = values[i]!;
  return Math.min(a, b, c, d);
}
