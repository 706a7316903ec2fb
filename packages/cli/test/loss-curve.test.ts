import { expect, test } from "vitest";
import { lossCurve, partMeans } from "../src/terminal/loss-curve.ts";
import { lossSvg } from "../src/train/loss-svg.ts";

test("means over parts of equal length; fewer numbers stand for themselves", () => {
  expect(partMeans([1, 3, 5, 7, 9], 2)).toEqual([2, 7]);
  expect(partMeans([1, 3], 5)).toEqual([1, 3]);
});

test("the highest mean fills its column, the lowest has an eighth", () => {
  expect(lossCurve([4, 3, 2, 1], 4, 2)).toBe("  4.00 █▃\n  1.00 ██▆▁\n"); // 16, 11, 6 and 1 eighths
});

test("equal losses fill, and one loss has no curve", () => {
  expect(lossCurve([2, 2], 4, 1)).toBe("  2.00 ██\n");
  expect(lossCurve([2], 4, 1)).toBe("");
});

test("the SVG has a point of the line per part, a circle per evaluation, and escapes its title", () => {
  const svg = lossSvg("a < b & c", [4, 2], [[2, 3]]);
  expect(svg).toContain("<title>a &lt; b &amp; c</title>");
  // x from 60 to 700 for steps 0 to 2, the parts' middles at 0.5 and 1.5; y from 40 for 4 to 350 for 2
  expect(svg).toContain('points="220.0,40.0 540.0,350.0"');
  expect(svg).toContain('<circle cx="700.0" cy="195.0" r="3"/>');
});
