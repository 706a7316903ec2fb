/**
 * float16 and bfloat16 to float32, exactly, and back, rounded to nearest even. There is no instruction for either. A
 * bfloat16 is the upper half of a float32. A float16 whose exponent bits are shifted to float32's position represents
 * its value times 2^-112, subnormals included; one exact multiplication corrects that. Narrowing follows Fabian Giesen,
 * float_to_half_fast3_rtne, https://gist.github.com/rygorous/2156668.
 */
const ZEROS: usize = 0; // the memory's first bytes, which are never written

/**
 * Eight outputs of a panel are stored in four words: output j in the lower half of word j, output j + 4 in the upper
 * half.
 */
// @ts-expect-error: decorator
@inline
export function placeOf(j: i32): i32 {
  return (j & ~7) | ((j & 3) << 1) | ((j >> 2) & 1);
}

/** Words of a panel, from outputs 0 to 3 and 4 to 7 in the lower bits of each lane. */
// @ts-expect-error: decorator
@inline
export function wordsOf(first: v128, last: v128): v128 {
  return v128.or(first, i32x4.shl(last, 16));
}

/**
 * The mask of a bfloat16 in the upper half of a word. The zero that is loaded keeps V8 from rebuilding the constant at
 * each use.
 */
// @ts-expect-error: decorator
@inline
export function upperMask(): v128 {
  return i32x4.splat(0xffff0000 | load<i32>(ZEROS));
}

/** The bits of a float16 after it was shifted, likewise. */
// @ts-expect-error: decorator
@inline
export function placeMask(): v128 {
  return i32x4.splat(0x8fffe000 | load<i32>(ZEROS));
}

/** 2^112, likewise. */
// @ts-expect-error: decorator
@inline
export function placeFactor(): v128 {
  return i32x4.splat(0x77800000 | load<i32>(ZEROS));
}

/**
 * 2^13 for the lower half of a word, 0 for the upper, likewise: the product is the lower half shifted, with its sign.
 */
// @ts-expect-error: decorator
@inline
export function lowerShift(): v128 {
  return i32x4.splat(0x00002000 | load<i32>(ZEROS));
}

/** Outputs 0 to 3 of eight float16, as float32. Infinity and NaN are not handled: panels contain none. */
// @ts-expect-error: decorator
@inline
export function firstHalves(words: v128, mask: v128, factor: v128, shift: v128): v128 {
  return f32x4.mul(v128.and(i32x4.dot_i16x8_s(words, shift), mask), factor);
}

/** Outputs 4 to 7. */
// @ts-expect-error: decorator
@inline
export function lastHalves(words: v128, mask: v128, factor: v128): v128 {
  return placed(words, mask, factor);
}

/** Outputs 0 to 3 of eight bfloat16, as float32. */
// @ts-expect-error: decorator
@inline
export function firstBfloats(words: v128): v128 {
  return i32x4.shl(words, 16);
}

/** Outputs 4 to 7. */
// @ts-expect-error: decorator
@inline
export function lastBfloats(words: v128, mask: v128): v128 {
  return v128.and(words, mask);
}

/** float16 in the upper halves of words. */
// @ts-expect-error: decorator
@inline
function placed(upper: v128, mask: v128, factor: v128): v128 {
  return f32x4.mul(v128.and(i32x4.shr_s(upper, 3), mask), factor);
}

/** float32 of four halves in the lower bits of each lane, infinity and NaN too, which keep their fraction. */
// @ts-expect-error: decorator
@inline
export function widenFour(lower: v128, isF16: bool): v128 {
  const upper = i32x4.shl(lower, 16);
  if (!isF16) return upper;
  const value = placed(upper, placeMask(), placeFactor());
  const special = i32x4.eq(v128.and(lower, i32x4.splat(0x7c00)), i32x4.splat(0x7c00));
  return v128.bitselect(v128.or(i32x4.shr_s(upper, 3), i32x4.splat(0x7f800000)), value, special);
}

/** Four halves, in the lower bits of each lane, of four float32. float16 must be checked with `isBeyondHalf`. */
// @ts-expect-error: decorator
@inline
export function narrowFour(value: v128, isF16: bool): v128 {
  return isF16 ? toHalf(value) : toBfloat(value);
}

// @ts-expect-error: decorator
@inline
function toBfloat(value: v128): v128 {
  const odd = v128.and(i32x4.shr_u(value, 16), i32x4.splat(1));
  const rounded = i32x4.add(value, i32x4.add(odd, i32x4.splat(0x7fff)));
  const quiet = v128.or(value, i32x4.splat(0x00400000));
  return i32x4.shr_u(v128.bitselect(rounded, quiet, f32x4.eq(value, value)), 16);
}

// @ts-expect-error: decorator
@inline
function toHalf(value: v128): v128 {
  const sign = v128.and(value, i32x4.splat(0x80000000));
  const magnitude = v128.xor(value, sign);
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  // exponent - 112, fraction + 1/2 - 1
  const normal = i32x4.shr_u(i32x4.add(i32x4.add(magnitude, odd), i32x4.splat(0xc8000fff)), 13);
  const subnormal = i32x4.sub(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x3f000000)); // the adder rounds
  const small = i32x4.lt_s(magnitude, i32x4.splat(0x38800000)); // 2^-14
  return v128.or(v128.bitselect(subnormal, normal, small), i32x4.shr_u(sign, 16));
}

/** True if one of four float32 lies beyond float16's 65504 or is NaN. */
// @ts-expect-error: decorator
@inline
export function isBeyondHalf(value: v128): bool {
  return !i32x4.all_true(f32x4.le(f32x4.abs(value), f32x4.splat(65504)));
}
