/**
 * expect(actual).toBeCloseToTensor(expected, { atol, rtol }): |actual - expected| <= atol + rtol * |expected| for every
 * element. A failure prints the largest difference, where it is, and the first five pairs that are too far apart.
 * expect(numbers).toHaveBits(expected): the same length, and every element the same, -0 and NaN included; toEqual says the same
 * of typed arrays, but takes seconds for the logits of a few texts.
 */
import { expect } from "vitest";

interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: vitest's own interface has this type parameter
  interface Matchers<T = any> {
    toBeCloseToTensor(expected: Values, tolerance: { atol: number; rtol: number }): T;
    toHaveBits(expected: ArrayLike<number>): T;
  }
}

expect.extend({
  toBeCloseToTensor(actual: Values, expected: Values, { atol, rtol }: { atol: number; rtol: number }) {
    if (actual.shape.join() !== expected.shape.join()) {
      return { pass: false, message: () => `shapes differ: got [${actual.shape}], expected [${expected.shape}]` };
    }
    const wrong: string[] = [];
    let count = 0;
    let largest = { difference: 0, at: 0 };
    for (let i = 0; i < expected.data.length; i++) {
      const [a, b] = [actual.data[i] as number, expected.data[i] as number];
      const difference = Object.is(a, b) || a === b ? 0 : Math.abs(a - b);
      if (difference > largest.difference || Number.isNaN(difference)) largest = { difference, at: i };
      if (difference === 0 || (Number.isFinite(b) && difference <= atol + rtol * Math.abs(b))) continue;
      if (count++ < 5) wrong.push(`  ${position(i, expected.shape)}: got ${a}, expected ${b}`);
    }
    const where = position(largest.at, expected.shape);
    const summary = `${count} of ${expected.data.length} differ by more than ${atol} + ${rtol} |expected|`;
    return {
      pass: count === 0,
      message: () => `${summary}; largest difference ${largest.difference} at ${where}\n${wrong.join("\n")}`,
    };
  },

  toHaveBits(actual: ArrayLike<number>, expected: ArrayLike<number>) {
    let at = 0;
    while (at < expected.length && Object.is(actual[at], expected[at])) at++;
    const pass = actual.length === expected.length && at === expected.length;
    const lengths = actual.length === expected.length ? "" : `, lengths ${actual.length} and ${expected.length}`;
    return {
      pass,
      message: () =>
        pass
          ? `all ${at} are the same`
          : `first differ at ${at}: got ${actual[at]}, expected ${expected[at]}${lengths}`,
    };
  },
});

/** The flat index as a position in the shape: 5 in [2, 3] is [1, 2]. */
function position(index: number, shape: readonly number[]): string {
  const indices = shape.map((_, axis) => {
    const below = shape.slice(axis + 1).reduce((size, n) => size * n, 1);
    return Math.floor(index / below) % (shape[axis] as number);
  });
  return `[${indices.join(", ")}]`;
}
