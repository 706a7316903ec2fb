/** The colors of a heat map: a pixel per value, and ink that can be read on every shade. */
import { describe, expect, test } from "vitest";
import type { Scale } from "../src/components/heat-map/heat-map-data.ts";
import { createPalette, fillPixels, type Rgb, shadeOf } from "../src/components/heat-map/palette.ts";

const scale: Scale = { least: -1, most: 1, stops: ["problem", "paper", "accent"], format: String };
const STOPS: readonly Rgb[] = [
  [200, 0, 0],
  [255, 255, 255],
  [0, 0, 100],
];

const bytesOf = (pixels: Uint32Array) =>
  Array.from({ length: pixels.length }, (_, i) => [...new Uint8Array(pixels.buffer, i * 4, 4)]);

test("values have the stops' colors, those between lie on a line, those beyond have the ends', and NaN is transparent", () => {
  const values = new Float32Array([-1, 1, -5, 5, Number.NaN, 0.5]);
  const pixels = new Uint32Array(values.length);
  fillPixels(pixels, values, scale, createPalette(STOPS));
  expect(bytesOf(pixels)).toEqual([
    [200, 0, 0, 255],
    [0, 0, 100, 255],
    [200, 0, 0, 255],
    [0, 0, 100, 255],
    [0, 0, 0, 0],
    [128, 128, 178, 255], // shade 191 of 255, so 0.498 from white to [0, 0, 100]
  ]);
});

test("a value's shade is the pixel that it has", () => {
  const palette = createPalette(STOPS);
  for (const value of [-2, -1, -0.3, 0, 0.123, 0.999, 1, 7]) {
    const pixels = new Uint32Array(1);
    fillPixels(pixels, new Float32Array([value]), scale, palette);
    expect(pixels[0]).toBe(palette.pixels[shadeOf(value, scale)]);
  }
  expect(shadeOf(Number.NaN, scale)).toBe(-1);
});

test("a root scale shows small values: a 25th of the way has a fifth of the color", () => {
  const root: Scale = { ...scale, least: 0, most: 0.5, isRoot: true };
  const values = new Float32Array([0, 0.02, 0.125, 0.5, 0.7, -0.1, Number.NaN]);
  expect([...values].map((value) => shadeOf(value, root))).toEqual([0, 51, 128, 255, 255, 0, -1]); // 255 x 0.2, x 0.5
  const palette = createPalette(STOPS);
  const pixels = new Uint32Array(values.length);
  fillPixels(pixels, values, root, palette);
  expect([...pixels]).toEqual([...values].map((value) => palette.pixels[shadeOf(value, root)] ?? 0));
});

describe("the ink", () => {
  const contrast = (a: number, b: number) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  /** WCAG 2.2, relative luminance. */
  const luminance = (bytes: readonly number[]) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
      const share = (bytes[i] as number) / 255;
      return sum + weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
    }, 0);

  test.each([
    [
      "light",
      [
        [255, 255, 255],
        [11, 87, 208],
      ],
    ],
    [
      "dark",
      [
        [23, 23, 27],
        [156, 194, 255],
      ],
    ],
    [
      "black to yellow",
      [
        [0, 0, 0],
        [255, 255, 0],
      ],
    ],
  ] as const)("has at least 4.5:1 on every shade, %s", (_, stops) => {
    const { pixels, inks } = createPalette(stops);
    const least = bytesOf(pixels).map((bytes, i) => contrast(luminance(bytes), inks[i] === "#fff" ? 1 : 0));
    expect(least).toHaveLength(256);
    expect(Math.min(...least)).toBeGreaterThanOrEqual(4.5);
  });
});
