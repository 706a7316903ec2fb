/**
 * The machine's limits, measured by the module that is to reach them, on the threads that are to: reading memory, and
 * multiply-adds in registers. What they compute is stored, so that no compiler leaves it out.
 */
import { madd } from "./madd";

const RESULTS: usize = 2048; // one cache line a thread
const ZEROS: usize = 0; // the memory's first bytes, which nobody writes

/** Reads lines [begin, end) of 128 bytes from `base`, once and in order: eight loads in flight, as a product has. */
export function readLines(base: usize, begin: i32, end: i32, thread: i32): void {
  let a0 = i32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, a4 = a0, a5 = a0, a6 = a0, a7 = a0;
  for (let at = base + (<usize>begin << 7), last = base + (<usize>end << 7); at < last; at += 128) {
    a0 = v128.or(a0, v128.load(at, 0));
    a1 = v128.or(a1, v128.load(at, 16));
    a2 = v128.or(a2, v128.load(at, 32));
    a3 = v128.or(a3, v128.load(at, 48));
    a4 = v128.or(a4, v128.load(at, 64));
    a5 = v128.or(a5, v128.load(at, 80));
    a6 = v128.or(a6, v128.load(at, 96));
    a7 = v128.or(a7, v128.load(at, 112));
  }
  const all = v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(a4, a5), v128.or(a6, a7)));
  v128.store(RESULTS + ((<usize>thread) << 6), all);
}

/** For each of [begin, end): `turns` times 32 multiply-adds, in eight independent accumulators. */
export function multiplyAdds(turns: i32, begin: i32, end: i32, thread: i32): void {
  const x = v128.load(ZEROS); // not a constant, which V8 of Node 24 makes anew each time it is used
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
