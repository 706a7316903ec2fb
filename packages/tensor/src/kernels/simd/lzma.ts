/**
 * Decompresses LZMA, synchronously and in every host: the compiled kernels travel compressed. Data is the stream
 * without the header of a file, written with the usual parameters lc = 3, lp = 0, pb = 2; it must be valid, as the
 * build's is: a corrupt stream is not detected. The kernels of one module take 7 ms.
 * @see https://www.7-zip.org/sdk.html LZMA specification, by Igor Pavlov
 */
import { probabilities, type RangeDecoder, rangeDecoder } from "./range-decoder.ts";

const LITERAL_CONTEXT_BITS = 3; // lc: of the byte before a literal
const POSITION_STATES = 4; // 2 ** pb
const STATES = 12;
/** States below this follow a literal. */
const AFTER_MATCH = 7;
const SHORTEST_MATCH = 2;

/** The first `size` bytes that `data` holds. */
export function decompress(data: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const read = rangeDecoder(data);
  const literal = literalDecoder(read);
  const match = matchDecoder(read);
  const isMatch = probabilities(STATES * POSITION_STATES);
  let state = 0; // what the last few symbols were
  let end = 0;
  while (end < size) {
    const position = end % POSITION_STATES;
    if (read.bit(isMatch, state * POSITION_STATES + position) === 0) {
      const predicted = state < AFTER_MATCH ? undefined : out[end - match.distance()];
      out[end] = literal(end > 0 ? out[end - 1] : 0, predicted);
      end++;
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
    } else {
      const found = match.next(state, position);
      state = found.state;
      const distance = match.distance();
      for (const until = end + found.length; end < until; end++) out[end] = out[end - distance]; // may overlap
    }
  }
  return out;
}

/**
 * Reads a byte that follows the byte `before`. After a match it probably differs from `predicted`, the byte that would
 * continue the match.
 */
function literalDecoder({ bit }: RangeDecoder) {
  const p = probabilities(0x300 << LITERAL_CONTEXT_BITS);
  return (before: number, predicted: number | undefined): number => {
    const from = 0x300 * (before >> (8 - LITERAL_CONTEXT_BITS));
    let node = 1;
    if (predicted !== undefined) {
      for (let i = 7; i >= 0; i--) {
        const expected = (predicted >> i) & 1;
        const found = bit(p, from + 0x100 * (1 + expected) + node);
        node = node * 2 + found;
        if (found !== expected) break;
      }
    }
    while (node < 0x100) node = node * 2 + bit(p, from + node);
    return node - 0x100;
  };
}

/** Reads matches: repetitions of what is some distance back. The last four distances have codes of their own. */
function matchDecoder(read: RangeDecoder) {
  const isRep = probabilities(STATES);
  const isRepG0 = probabilities(STATES);
  const isRepG1 = probabilities(STATES);
  const isRepG2 = probabilities(STATES);
  const isRep0Long = probabilities(STATES * POSITION_STATES);
  const newLength = lengthDecoder(read);
  const repLength = lengthDecoder(read);
  const newDistance = distanceDecoder(read);
  const last = [1, 1, 1, 1]; // the last distances, the newest first

  /** Which of the last distances is repeated. */
  const repeated = (state: number): number => {
    if (read.bit(isRepG1, state) === 0) return 1;
    return 2 + read.bit(isRepG2, state);
  };
  const next = (state: number, position: number): { readonly length: number; readonly state: number } => {
    const afterMatch = state < AFTER_MATCH ? 0 : 1;
    if (read.bit(isRep, state) === 0) {
      const length = newLength(position);
      last.pop();
      last.unshift(newDistance(length));
      return { length, state: afterMatch ? 10 : 7 };
    }
    if (read.bit(isRepG0, state) === 1) {
      const [distance] = last.splice(repeated(state), 1);
      last.unshift(distance);
    } else if (read.bit(isRep0Long, state * POSITION_STATES + position) === 0) {
      return { length: 1, state: afterMatch ? 11 : 9 };
    }
    return { length: repLength(position), state: afterMatch ? 11 : 8 };
  };
  return { next, distance: () => last[0] };
}

/** A match's length: 2 to 9, 10 to 17, or 18 to 273. */
function lengthDecoder({ bit, tree }: RangeDecoder) {
  const choice = probabilities(2);
  const low = probabilities(POSITION_STATES * 8);
  const mid = probabilities(POSITION_STATES * 8);
  const high = probabilities(256);
  return (position: number): number => {
    if (bit(choice, 0) === 0) return SHORTEST_MATCH + tree(low, position * 8, 3);
    if (bit(choice, 1) === 0) return SHORTEST_MATCH + 8 + tree(mid, position * 8, 3);
    return SHORTEST_MATCH + 16 + tree(high, 0, 8);
  };
}

/** A match's distance: a slot gives its highest two bits and how many follow; of many, all but four are even. */
function distanceDecoder({ tree, reverseTree, evenBits }: RangeDecoder) {
  const slots = probabilities(4 * 64);
  const low = probabilities(115);
  const align = probabilities(16);
  return (length: number): number => {
    const slot = tree(slots, 64 * Math.min(length - SHORTEST_MATCH, 3), 6);
    if (slot < 4) return slot + 1;
    const bits = (slot >> 1) - 1;
    const base = (2 + (slot & 1)) << bits;
    if (slot < 14) return base + reverseTree(low, base - slot, bits) + 1;
    return base + evenBits(bits - 4) * 16 + reverseTree(align, 0, 4) + 1;
  };
}
