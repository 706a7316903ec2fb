import { probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { greenTest, watermark } from "../src/steps/watermark.ts";
import { row, said } from "./rows.ts";

const variants = (["left", "self"] as const).flatMap((hash) => [1, 2, 3, 4].map((width) => [hash, width] as const));
const SIZE = 2000;

/** The green ones of the first ids after `before`. */
function greens(options: Partial<Parameters<typeof greenTest>[0]>, before: number[]): boolean[] {
  const green = greenTest({ key: 15485863, ...options }, before);
  return Array.from({ length: SIZE }, (_, id) => green(id));
}

const count = (list: boolean[]) => list.filter(Boolean).length;
const before = (context: number, width: number) => Array.from({ length: width }, (_, i) => 7 * context + i * i);

test("delta is added to the green logits", () => {
  const green = greenTest({ key: 5 }, [3]);
  const { logits } = watermark(row(...new Array<number>(50).fill(1)), { key: 5 }, said([9, 3]));
  expect(Array.from(logits)).toEqual(Array.from({ length: 50 }, (_, id) => (green(id) ? 3 : 1)));
});

test.each(variants)("a share gamma is green over 500 contexts: %s hash of %s", (hash, width) => {
  // One million colors: 5 deviations are 5 * sqrt(gamma (1 - gamma) / 1e6).
  for (const gamma of [0.25, 0.5]) {
    let green = 0;
    for (let i = 0; i < 500; i++) green += count(greens({ hash, width, gamma }, before(i, width)));
    expect(Math.abs(green / (500 * SIZE) - gamma)).toBeLessThan(5 * Math.sqrt((gamma * (1 - gamma)) / 1e6));
  }
});

test.each(variants)("each context has its own share of green, as chance would: %s hash of %s", (hash, width) => {
  const deviations = Array.from({ length: 300 }, (_, i) => {
    const green = count(greens({ hash, width }, before(i, width)));
    return (green - SIZE / 4) / Math.sqrt((SIZE * 3) / 16);
  });
  const variance = deviations.reduce((sum, z) => sum + z * z, 0) / 300;
  expect(variance).toBeGreaterThan(0.6); // chi-square of 300 degrees: 5 deviations are 5 * sqrt(2 / 300) = 0.41
  expect(variance).toBeLessThan(1.41);
  expect(Math.max(...deviations.map(Math.abs))).toBeLessThan(4.5);
});

test.each(variants)("neighboring contexts and keys agree as chance would: %s hash of %s", (hash, width) => {
  // Two independent lists agree on 0.25^2 + 0.75^2 = 0.625 of the tokens.
  let [contexts, keys] = [0, 0];
  for (let i = 0; i < 200; i++) {
    const here = greens({ hash, width }, before(i, width));
    const next = greens({ hash, width }, before(i, width).with(-1, 7 * i + 1000));
    const other = greens({ hash, width, key: 15485864 + i }, before(i, width));
    for (let id = 0; id < SIZE; id++) {
      if (here[id] === next[id]) contexts++;
      if (here[id] === other[id]) keys++;
    }
  }
  // Of a self hash of several only one token of the window changed, so the others often still decide: agreement is wanted there.
  const expected = hash === "left" || width === 1 ? 0.625 : 0.625 + (0.375 * (width - 1)) / (width + 1);
  expect(Math.abs(contexts / (200 * SIZE) - expected)).toBeLessThan(0.01);
  expect(Math.abs(keys / (200 * SIZE) - 0.625)).toBeLessThan(0.01);
});

test("every bit of a key up to 2^53 - 1 matters", () => {
  const keys = [Number.MAX_SAFE_INTEGER, 0, ...Array.from({ length: 53 }, (_, bit) => 2 ** bit)];
  const lists = keys.map((key) => greens({ key }, [1]).map(Number).join(""));
  expect(new Set(lists).size).toBe(55);
});

test("a token's color does not depend on how many there are", () => {
  const colors = (size: number) =>
    Array.from(watermark(row(...new Array<number>(size).fill(0)), { key: 7 }, said([1])).logits).slice(0, 30);
  expect(colors(30)).toEqual(colors(900));
});

test("a left hash depends on the order of the window, a self hash only on its tokens", () => {
  expect(greens({ width: 2 }, [1, 2])).not.toEqual(greens({ width: 2 }, [2, 1]));
  expect(greens({ hash: "self", width: 2 }, [1, 2])).toEqual(greens({ hash: "self", width: 2 }, [2, 1]));
});

test("only the window's tokens count, and nothing is green before the text has that many", () => {
  const flat = row(...new Array<number>(40).fill(0));
  const marked = (history: number[]) => watermark(flat, { key: 3, width: 2 }, said(history));
  expect(marked([9, 1, 2]).logits).toEqual(marked([1, 2]).logits);
  expect(marked([2])).toBe(flat);
  expect(watermark(flat, { key: 3, delta: 0 }, said([1]))).toBe(flat);
});

test("delta multiplies the odds of green by its exponential: of equal tokens gamma e^2 / (gamma e^2 + 1 - gamma)", () => {
  const flat = row(...new Array<number>(SIZE).fill(0));
  const marked = probabilities(watermark(flat, { key: 11 }, said([1])));
  const green = greenTest({ key: 11 }, [1]);
  const share = count(Array.from({ length: SIZE }, (_, id) => green(id))) / SIZE;
  const mass = marked.reduce((sum, p, id) => sum + (green(id) ? p : 0), 0);
  expect(mass).toBeCloseTo((share * Math.exp(2)) / (share * Math.exp(2) + 1 - share), 10);
});

test.each([
  [{ key: -1 }, "watermark: key must be a whole number, 0 or more, got -1"],
  [{ key: 1, gamma: 1 }, "watermark: gamma must be above 0 and below 1, got 1"],
  [{ key: 1, delta: -1 }, "watermark: delta must be a finite number, 0 or more (0 is off), got -1"],
  [{ key: 1, width: 0 }, "watermark: width must be a whole number, 1 or more, got 0"],
  [{ key: 1, hash: "right" }, 'watermark: hash must be left or self, got "right"'],
])("%j is refused", (step, message) => {
  expect(() => watermark(row(0), step as never, said([]))).toThrow(message);
});
