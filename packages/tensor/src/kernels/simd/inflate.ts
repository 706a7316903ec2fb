/**
 * Decompresses raw deflate data (RFC 1951), synchronously and in every host: the compiled kernels travel compressed.
 * Data must be valid, as the build's are; a corrupt stream is not detected. Codes are read bit by bit, as in Mark
 * Adler's puff.c: the kernels take 3 ms.
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */

/** A canonical Huffman code: how many codes each length has, and the symbols in the order of their codes. */
interface Code {
  readonly counts: readonly number[];
  readonly symbols: readonly number[];
}

const LONGEST_CODE = 15;
const END_OF_BLOCK = 256;
/** The order in which a block gives the lengths of the code that its code lengths are written in. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Symbols 257 to 285: the shortest match that each stands for, and how many bits are added to it. */
const LENGTHS = [...ranges(3, 28, (i) => (i < 4 ? 0 : (i >> 2) - 1)), { base: 258, extra: 0 }];
const DISTANCES = ranges(1, 30, (i) => (i < 2 ? 0 : (i >> 1) - 1));

function ranges(first: number, count: number, extraOf: (i: number) => number) {
  let base = first;
  return Array.from({ length: count }, (_, i) => {
    const range = { base, extra: extraOf(i) };
    base += 1 << range.extra;
    return range;
  });
}

/** The `size` bytes that `data` holds. */
export function inflate(data: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  const read = bitReader(data);
  let end = 0;
  let isLast = false;
  while (!isLast) {
    isLast = read.bits(1) === 1;
    const type = read.bits(2);
    if (type === 0) end = copyStored(read, out, end);
    else end = decodeBlock(read, type === 1 ? FIXED : readCodes(read), out, end);
  }
  return out;
}

type BitReader = ReturnType<typeof bitReader>;

/** Reads bits, the lowest of a byte first. */
function bitReader(data: Uint8Array) {
  let at = 0; // in bits
  /** At least 16 of the next bits. */
  const peek = (): number => {
    const byte = at >> 3;
    return (data[byte] | (data[byte + 1] << 8) | (data[byte + 2] << 16)) >> (at & 7);
  };
  const bits = (count: number): number => {
    const value = peek() & ((1 << count) - 1);
    at += count;
    return value;
  };
  /** The next symbol. Codes of one length are consecutive numbers, after twice those of the shorter length. */
  const symbol = ({ counts, symbols }: Code): number => {
    const next = peek();
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; ; length++) {
      code |= (next >> (length - 1)) & 1;
      const count = counts[length];
      if (code - count < first) {
        at += length;
        return symbols[index + code - first];
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
  };
  const toByte = () => {
    at = (at + 7) & ~7;
  };
  return { bits, symbol, toByte };
}

/** The code in which symbol i has a code of lengths[i] bits, or none if that is 0. */
function codeOf(lengths: readonly number[]): Code {
  const counts = Array.from({ length: LONGEST_CODE + 1 }, (_, length) => lengths.filter((l) => l === length).length);
  const symbols = lengths.map((_, symbol) => symbol).filter((symbol) => lengths[symbol] > 0);
  return { counts, symbols: symbols.sort((a, b) => lengths[a] - lengths[b] || a - b) };
}

/** The codes of a block: of bytes and match lengths, and of distances. */
interface Codes {
  readonly literals: Code;
  readonly distances: Code;
}

const FIXED: Codes = {
  literals: codeOf(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8))),
  distances: codeOf(Array.from({ length: 30 }, () => 5)),
};

function readCodes({ bits, symbol }: BitReader): Codes {
  const literals = 257 + bits(5);
  const all = literals + 1 + bits(5);
  const order = LENGTH_ORDER.slice(0, 4 + bits(4));
  const ofLengths = new Array<number>(19).fill(0);
  for (const i of order) ofLengths[i] = bits(3);
  const code = codeOf(ofLengths);
  const lengths: number[] = [];
  while (lengths.length < all) {
    const length = symbol(code);
    if (length < 16) lengths.push(length);
    else if (length === 16) repeat(lengths, lengths.at(-1) ?? 0, 3 + bits(2));
    else repeat(lengths, 0, length === 17 ? 3 + bits(3) : 11 + bits(7));
  }
  return { literals: codeOf(lengths.slice(0, literals)), distances: codeOf(lengths.slice(literals)) };
}

function repeat(list: number[], value: number, times: number): void {
  for (let i = 0; i < times; i++) list.push(value);
}

/** Writes a block's bytes at `end`; returns where they end. */
function decodeBlock({ bits, symbol }: BitReader, { literals, distances }: Codes, out: Uint8Array, end: number) {
  for (;;) {
    const found = symbol(literals);
    if (found === END_OF_BLOCK) return end;
    if (found < END_OF_BLOCK) {
      out[end++] = found;
      continue;
    }
    const length = LENGTHS[found - 257];
    const until = end + length.base + bits(length.extra);
    const range = DISTANCES[symbol(distances)];
    const distance = range.base + bits(range.extra);
    for (; end < until; end++) out[end] = out[end - distance]; // may overlap: a run repeats itself
  }
}

function copyStored({ bits, toByte }: BitReader, out: Uint8Array, end: number): number {
  toByte();
  const until = end + bits(16);
  bits(16); // the length's complement
  while (end < until) out[end++] = bits(8);
  return end;
}
