/**
 * How a float weight is packed. A strip holds all k inputs of eight outputs, one input after the other; four strips are
 * a panel of 32 outputs, and the last panel is padded with zeros:
 *
 *   W [k, n]          strip 0: w[0, 0..7] w[1, 0..7] ... w[k-1, 0..7]      strip 1: w[0, 8..15] ...
 *
 * A tied head is packed the same way from its transpose.
 */
export const LANES: i32 = 32; // outputs of a panel
export const STRIP_LANES: i32 = 8; // of a strip
export const STRIPS: i32 = 4; // of a panel
export const LINE: usize = 128; // bytes of 32 float32
export const STRIP_LINE: usize = 32; // bytes of the eight of a strip
export const ZEROS: usize = 40_960; // 128 bytes in the pool's page, which are never written

const K_BLOCK: i32 = 128; // inputs whose terms are one sum

/** Blocks of inputs whose terms are summed apart; block b has the inputs from k b / blocks on. */
export function blocksOf(k: i32): i32 {
  return (k + K_BLOCK - 1) / K_BLOCK;
}
