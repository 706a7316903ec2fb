/** What a canvas of the page shows, and the colors that it shows numbers in. */
import type { Page } from "playwright-core";
import { expect } from "vitest";

type Color = readonly number[];

/** In a light scheme. */
const PAPER: Color = [0xff, 0xff, 0xff];
const ACCENT: Color = [0x0b, 0x57, 0xd0];

/** The color of a share: from the page's to the accent's. */
export const colorOf = (share: number): Color => PAPER.map((from, i) => from + ((ACCENT[i] as number) - from) * share);

/** A scale has 256 shades, whose colors are whole numbers. */
const TOLERANCE = 2;

export function expectColors(found: readonly Color[], expected: readonly Color[]): void {
  expect(found.length).toBe(expected.length);
  for (const [i, color] of found.entries()) {
    const off = color.map((value, channel) => Math.abs(value - (expected[i]?.[channel] as number)));
    expect(Math.max(...off), `cell ${i}: ${color}, not ${expected[i]}`).toBeLessThan(TOLERANCE);
  }
}

/** What the page draws, it draws in the next frame; the picture's size is known a frame before. */
export const drawn = (page: Page) =>
  page.evaluate(`(async () => { for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame); })()`);

/** [r, g, b] of the canvas at these points; run in the page. */
export const pixelsAt = (element: unknown, points: readonly (readonly [x: number, y: number])[]): number[][] => {
  const context = (element as Canvas).getContext("2d");
  return points.map(([x, y]) => Array.from(context.getImageData(x, y, 1, 1).data).slice(0, 3));
};

interface Canvas {
  getContext(type: "2d"): { getImageData(x: number, y: number, width: number, height: number): { data: Uint8Array } };
}
