/** The gradient of a table: a thread adds some columns of all rows, so that each element has one order of sums. */

/** Columns [begin, end) of dTable[ids[i]] += dy[i], i from 0 to count - 1. dy [count, c], dTable [V, c] */
export function embeddingGradient(
  dTable: usize, dy: usize, ids: usize, count: i32, c: i32, begin: i32, end: i32,
): void {
  const fours = begin + ((end - begin) & ~3);
  for (let i = 0; i < count; i++) {
    const to = dTable + ((<usize>load<i32>(ids + (<usize>i << 2)) * c) << 2), from = dy + ((<usize>i * c) << 2);
    for (let j = begin; j < fours; j += 4) {
      const at = <usize>j << 2;
      v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
    }
    for (let j = fours; j < end; j++) {
      const at = <usize>j << 2;
      store<f32>(to + at, load<f32>(to + at) + load<f32>(from + at));
    }
  }
}
