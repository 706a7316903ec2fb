/** Strips of halves as float32, for products of several rows (halves.ts). */
import { BF16, F16 } from "./dtypes";
import {
  firstBfloats, firstHalves, lastBfloats, lastHalves, lowerShift, placeFactor, placeMask, upperMask,
} from "./halves";
import { STRIPS } from "./panels";

/** `count` inputs of four strips of halves, `strip` bytes apart, as float32, one strip after the other at `target`. */
export function widen(target: usize, w: usize, strip: usize, count: i32, dtype: i32): void {
  const bytes = <usize>count << 4;
  for (let i = 0; i < STRIPS; i++, w += strip, target += 2 * bytes) {
    if (dtype == F16) widenHalves(target, w, w + bytes);
    else if (dtype == BF16) widenBfloats(target, w, w + bytes);
    else unreachable();
  }
}

function widenHalves(target: usize, w: usize, end: usize): void {
  const mask = placeMask(), factor = placeFactor(), shift = lowerShift();
  for (; w < end; w += 16, target += 32) {
    const words = v128.load(w);
    v128.store(target, firstHalves(words, mask, factor, shift));
    v128.store(target, lastHalves(words, mask, factor), 16);
  }
}

function widenBfloats(target: usize, w: usize, end: usize): void {
  const mask = upperMask();
  for (; w < end; w += 16, target += 32) {
    const words = v128.load(w);
    v128.store(target, firstBfloats(words));
    v128.store(target, lastBfloats(words, mask), 16);
  }
}
