/** Copies: queries, keys and values out of the rows of the fused projection, and keys and values into the cache. */

/** Rows [begin, end) of out [m, n] = columns [start, start + n) of x [m, width]. */
export function columns(out: usize, x: usize, n: i32, width: i32, start: i32, begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) copy(out + ((<usize>i * n) << 2), x + ((<usize>i * width + start) << 2), n);
}

/** cache[h, position + t] = x[t, h d .. (h + 1) d] for t of [begin, end). x [T, H d], cache [H, capacity, d] */
export function storeHeads(
  cache: usize, x: usize, heads: i32, capacity: i32, d: i32, position: i32, begin: i32, end: i32,
): void {
  for (let t = begin; t < end; t++) {
    for (let h = 0; h < heads; h++) {
      const to = (<usize>h * capacity + position + t) * d;
      copy(cache + (to << 2), x + ((<usize>(t * heads + h) * d) << 2), d);
    }
  }
}

// @ts-expect-error: decorator
@inline
function copy(to: usize, from: usize, count: i32): void {
  const fours = <usize>(count & ~3) << 2, end = <usize>count << 2;
  let at: usize = 0;
  for (; at < fours; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < end; at += 4) store<f32>(to + at, load<f32>(from + at));
}
