import { detectWatermark } from "@tsgpt/analysis";
import type { WatermarkKey } from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import { zScore } from "../src/detect/watermark.ts";
import { colored, greenAfter, randomIds } from "./colored.ts";

const KEY: WatermarkKey = { key: 42 };

describe("by hand", () => {
  test("3 green of 4: z = (3 - 4/4) / sqrt(4 * 1/4 * 3/4) = 2 / 0.8660 = 2.3094", () => {
    const { scored, green, share, z, flagged } = detectWatermark(colored(KEY, "ggrg"), KEY);
    expect({ scored, green, share, flagged }).toEqual({ scored: 4, green: 3, share: 0.75, flagged: false });
    expect(z).toBeCloseTo(2.3094, 4);
  });

  test("1 green of 4 is what chance gives: z = 0, p = 1/2", () => {
    expect(detectWatermark(colored(KEY, "rrgr"), KEY)).toMatchObject({ z: 0, pValue: 0.5 });
  });

  test("none of 3 green: z = -0.75 / 0.75 = -1, and P(N(0, 1) > -1) = 0.8413", () => {
    const { z, pValue } = detectWatermark(colored(KEY, "rrr"), KEY);
    expect(z).toBe(-1);
    expect(pValue).toBeCloseTo(0.8413, 4);
  });

  test("gamma 1/2, 4 green of 4: z = (4 - 2) / sqrt(4 / 4) = 2", () => {
    const half = { ...KEY, gamma: 0.5 };
    expect(detectWatermark(colored(half, "gggg"), half).z).toBe(2);
  });

  test("all green, z = sqrt(3 T): 5 tokens reach 3.873 and cannot be flagged, 6 reach 4.243 and are", () => {
    const [five, six] = ["ggggg", "gggggg"].map((colors) => detectWatermark(colored(KEY, colors), KEY));
    expect([five.flagged, six.flagged]).toEqual([false, true]);
    expect(five.highestZ).toBeCloseTo(3.873, 3);
    expect(six.z).toBe(six.highestZ);
  });

  test("the highest z does not depend on the colors: of 6 tokens 4.243", () => {
    expect(detectWatermark(colored(KEY, "rrrrrr"), KEY).highestZ).toBeCloseTo(4.243, 3);
  });
});

/** WatermarkDetector._compute_z_score of transformers 5.18, its greenlist_ratio set to gamma. */
test.each([
  { gamma: 0.25, green: 50, scored: 200, z: 0 },
  { gamma: 0.25, green: 101, scored: 170, z: 10.361694160819116 },
  { gamma: 0.25, green: 0, scored: 60, z: -4.47213595499958 },
  { gamma: 0.5, green: 101, scored: 170, z: 2.454287964311585 },
  { gamma: 0.1, green: 50, scored: 200, z: 7.0710678118654755 },
  { gamma: 0.1, green: 101, scored: 170, z: 21.475019687726373 },
])("transformers' z of $green green in $scored at gamma $gamma is $z", ({ gamma, green, scored, z }) => {
  expect(zScore(green, scored, gamma)).toBeCloseTo(z, 12);
});

test.each<[string, WatermarkKey]>([
  ["left hash of 1", KEY],
  ["left hash of 3", { ...KEY, width: 3 }],
  ["self hash of 1", { ...KEY, hash: "self" }],
  ["self hash of 4", { ...KEY, hash: "self", width: 4 }],
  ["a key of more than 32 bits", { key: 2 ** 52 + 1 }],
])("%s: each token has the color of the window before it, the first none", (_, key) => {
  const { width = 1 } = key;
  const { colors } = detectWatermark(colored(key, "grrggr"), key);
  expect(colors).toEqual([...Array(width).fill(undefined), "green", "red", "red", "green", "green", "red"]);
});

test("all 53 bits of a key count: its upper ones alone change the colors", () => {
  const ids = colored({ key: 2 ** 52 + 1 }, "g".repeat(60));
  expect(detectWatermark(ids, { key: 2 ** 52 + 1 }).green).toBe(60);
  expect(detectWatermark(ids, { key: 1 }).flagged).toBe(false);
});

describe("repeats", () => {
  const [, a, b] = colored(KEY, "gg");
  const loop = Array.from({ length: 100 }, (_, i) => [a, b][i % 2]);
  const greenLoop = greenAfter(KEY, [b])(a);

  test("a loop of two tokens counts as two, and is not flagged", () => {
    const { scored, flagged } = detectWatermark(loop, KEY);
    expect({ scored, flagged }).toEqual({ scored: 2, flagged: false });
  });

  test("counted each time, 50 or all of the loop's 99 tokens are green, and it is flagged", () => {
    const { scored, green, flagged } = detectWatermark(loop, KEY, { ignoreRepeats: false });
    expect({ scored, green, flagged }).toEqual({ scored: 99, green: greenLoop ? 99 : 50, flagged: true });
  });

  test("a token behind another window is no repeat", () => {
    const ids = [1, 2, 9, 3, 2, 9];
    expect(detectWatermark(ids, KEY).scored).toBe(4); // 2 9 comes twice
    expect(detectWatermark(ids, { ...KEY, width: 2 }).scored).toBe(4); // 1 2 9 and 3 2 9 differ
  });

  test("ids are compared as ids: 1, 23 is not 12, 3", () => {
    expect(detectWatermark([1, 23, 12, 3], KEY).scored).toBe(3);
  });

  test("a repeat has its color all the same", () => {
    const { colors } = detectWatermark(loop, KEY);
    expect(colors.filter((color) => color === "green")).toHaveLength(greenLoop ? 99 : 50);
  });
});

/** Of 2,000 texts of 200 tokens: four standard errors are 4 / sqrt(2000) = 0.09 for the mean, 4 / sqrt(4000) = 0.064 for sigma. */
describe.each<[string, WatermarkKey]>([
  ["left", KEY],
  ["left, width 3, gamma 1/2", { ...KEY, width: 3, gamma: 0.5 }],
  ["self", { ...KEY, hash: "self" }],
  ["self, width 4", { ...KEY, hash: "self", width: 4 }],
])("random ids, %s", (_, key) => {
  const zs = Array.from({ length: 2000 }, (_, seed) => detectWatermark(randomIds(200, seed), key).z);
  const mean = zs.reduce((sum, z) => sum + z, 0) / zs.length;

  test("z has mean 0", () => {
    expect(Math.abs(mean)).toBeLessThan(0.09);
  });

  test("z has deviation 1", () => {
    expect(Math.abs(Math.sqrt(zs.reduce((sum, z) => sum + (z - mean) ** 2, 0) / zs.length) - 1)).toBeLessThan(0.064);
  });

  test("z is above 4 in at most 2 of 2,000: the binomial's tail beyond 74 of 200 is below 1e-4", () => {
    expect(zs.filter((z) => z > 4).length).toBeLessThanOrEqual(2);
  });
});

test("another key finds in a text that is all green what chance gives", () => {
  const ids = colored(KEY, "g".repeat(200));
  const zs = Array.from({ length: 100 }, (_, i) => detectWatermark(ids, { key: 43 + i }).z);
  expect(Math.max(...zs)).toBeLessThan(4);
  expect(Math.abs(zs.reduce((sum, z) => sum + z, 0) / 100)).toBeLessThan(0.4); // four standard errors
});

test("the threshold is the caller's: z 2.3094 is above 2.3 and not above 2.31", () => {
  const ids = colored(KEY, "ggrg");
  expect([2.3, 2.31].map((threshold) => detectWatermark(ids, KEY, { threshold }).flagged)).toEqual([true, false]);
});

describe("refuses", () => {
  test.each<[string, number[], WatermarkKey]>([
    ["0 tokens, for a token's color takes 1 token", [], KEY],
    ["1 token, for a token's color takes 1 token", [5], KEY],
    ["3 tokens, for a token's color takes 4 tokens", [5, 6, 7], { ...KEY, width: 4 }],
  ])("nothing to count in %s", (message, ids, key) => {
    expect(() => detectWatermark(ids, key)).toThrow(RangeError);
    expect(() => detectWatermark(ids, key)).toThrow(
      `detectWatermark: nothing to count in ${message} before it; give a longer text`,
    );
  });

  test.each([-1, 1.5, Number.NaN])("an id of %d", (id) => {
    expect(() => detectWatermark([1, id, 2], KEY)).toThrow(
      `detectWatermark: ids[1] must be a whole number, 0 or more, got ${id}`,
    );
  });

  test.each([0, -4, Number.NaN, Number.POSITIVE_INFINITY])("a threshold of %d", (threshold) => {
    expect(() => detectWatermark([1, 2], KEY, { threshold })).toThrow(
      `detectWatermark: threshold must be a finite number above 0, got ${threshold}`,
    );
  });

  test.each<[object, string]>([
    [{ key: -1 }, "detectWatermark: key must be a whole number, 0 or more, got -1"],
    [{}, "detectWatermark lacks key"],
    [{ key: 1, gamma: 1 }, "detectWatermark: gamma must be above 0 and below 1, got 1"],
    [{ key: 1, hash: "right" }, 'detectWatermark: hash must be left or self, got "right"'],
    [{ key: 1, width: 0 }, "detectWatermark: width must be a whole number, 1 or more, got 0"],
    [{ key: 1, gama: 0.5 }, 'detectWatermark has no parameter "gama"; did you mean "gamma"?'],
  ])("the key %j", (key, message) => {
    expect(() => detectWatermark([1, 2], key as WatermarkKey)).toThrow(message);
  });
});

test("takes the very step that wrote the watermark", () => {
  const step = { type: "watermark", key: 42, delta: 2 } as const;
  expect(detectWatermark(colored(KEY, "ggrg"), step).green).toBe(3);
});
