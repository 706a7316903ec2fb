/** The machine's limits, measured by the module that is to reach them: reading memory, and multiply-adds in registers. */
import { madd } from "./madd";

/** Reads bytes (a multiple of 128) once, in order; the result only keeps it from being left out. */
export function readBytes(from: usize, bytes: usize): i32 {
  let a0 = i32x4.splat(0),
    a1 = a0,
    a2 = a0,
    a3 = a0,
    a4 = a0,
    a5 = a0,
    a6 = a0,
    a7 = a0;
  for (let at = from, end = from + bytes; at < end; at += 128) {
    a0 = v128.or(a0, v128.load(at, 0));
    a1 = v128.or(a1, v128.load(at, 16));
    a2 = v128.or(a2, v128.load(at, 32));
    a3 = v128.or(a3, v128.load(at, 48));
    a4 = v128.or(a4, v128.load(at, 64));
    a5 = v128.or(a5, v128.load(at, 80));
    a6 = v128.or(a6, v128.load(at, 96));
    a7 = v128.or(a7, v128.load(at, 112));
  }
  return i32x4.extract_lane(
    v128.or(v128.or(v128.or(a0, a1), v128.or(a2, a3)), v128.or(v128.or(a4, a5), v128.or(a6, a7))),
    0,
  );
}

/** 32 multiply-adds a turn, in eight independent accumulators. */
export function multiplyAdds(turns: i32, factor: f32): f32 {
  const x = f32x4.splat(factor);
  let a0 = x,
    a1 = x,
    a2 = x,
    a3 = x,
    a4 = x,
    a5 = x,
    a6 = x,
    a7 = x;
  for (let i = 0; i < turns; i++) {
    a0 = madd(a0, x, x);
    a1 = madd(a1, x, x);
    a2 = madd(a2, x, x);
    a3 = madd(a3, x, x);
    a4 = madd(a4, x, x);
    a5 = madd(a5, x, x);
    a6 = madd(a6, x, x);
    a7 = madd(a7, x, x);
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)),
    f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)),
  );
  return f32x4.extract_lane(sum, 0);
}
