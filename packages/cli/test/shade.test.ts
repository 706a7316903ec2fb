/** The cells of a heat map. */
import { expect, test } from "vitest";
import { shade, shadeLegend } from "../src/terminal/shade.ts";

test("five levels by the density of a character, each at its least weight", () => {
  expect([0, 0.05, 0.25, 0.5, 0.75, 1].map((weight) => shade(weight, false))).toEqual([
    "··",
    "░░",
    "▒▒",
    "▓▓",
    "██",
    "██",
  ]);
  expect(shade(0.0499, false)).toBe("··");
});

test("in color a level is a background, which is reset", () => {
  expect(shade(1, true)).toBe("\x1b[48;5;226m  \x1b[0m");
  expect(shade(0, true)).toBe("\x1b[48;5;54m  \x1b[0m");
});

test("the legend has every level, and fits a line of 80", () => {
  expect(shadeLegend(false).join("  ")).toBe("·· below 5%  ░░ 5 to 25%  ▒▒ 25 to 50%  ▓▓ 50 to 75%  ██ 75% or more");
  expect(
    shadeLegend(true)
      .join()
      .match(/below 5%|5 to 25%|25 to 50%|50 to 75%|75% or more/g),
  ).toHaveLength(5);
});
