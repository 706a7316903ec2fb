/**
 * The limits of the machine, measured by the module itself, on its threads: memory bandwidth, and multiply-adds in
 * registers. Results are stored, so that no compiler removes the work.
 */
import { madd } from "./madd";

const RESULTS: usize = 2048; // one cache line a thread
const ZEROS: usize = 0; // the memory's first bytes, which are never written

/**
 * Reads lines [begin, end) of 128 bytes from `base` once, as four concurrent streams of a quarter of the lines each,
 * like the strips of a product. One stream is slower: each 4 KB page starts with a miss that is not prefetched.
 */
export function readLines(base: usize, begin: i32, end: i32, thread: i32): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  const quarter = <usize>(end - begin) << 5;
  let at = base + (<usize>begin << 7);
  for (const last = at + quarter; at < last; at += 32) {
    const b = at + quarter, c = b + quarter, d = c + quarter;
    a0 = v128.or(a0, v128.load(at));
    a1 = v128.or(a1, v128.load(at, 16));
    a2 = v128.or(a2, v128.load(b));
    a3 = v128.or(a3, v128.load(b, 16));
    a4 = v128.or(a4, v128.load(c));
    a5 = v128.or(a5, v128.load(c, 16));
    a6 = v128.or(a6, v128.load(d));
    a7 = v128.or(a7, v128.load(d, 16));
  }
  const all = v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(a4, a5), v128.or(a6, a7)));
  v128.store(RESULTS + ((<usize>thread) << 6), all);
}

/** For each of [begin, end): `turns` times 32 multiply-adds, in eight independent accumulators. */
export function multiplyAdds(turns: i32, begin: i32, end: i32, thread: i32): void {
  const x = v128.load(ZEROS); // not a constant, which V8 in Node 24 rebuilds at each use
  let a0 = x, a1 = x, a2 = x, a3 = x, a4 = x, a5 = x, a6 = x, a7 = x;
  for (let i = 0, all = turns * (end - begin); i < all; i++) {
    a0 = madd(a0, x, x);
    a1 = madd(a1, x, x);
    a2 = madd(a2, x, x);
    a3 = madd(a3, x, x);
    a4 = madd(a4, x, x);
    a5 = madd(a5, x, x);
    a6 = madd(a6, x, x);
    a7 = madd(a7, x, x);
  }
  const low = f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3));
  const high = f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7));
  v128.store(RESULTS + ((<usize>thread) << 6), f32x4.add(low, high));
}
