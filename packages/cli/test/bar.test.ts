/** Bars of block characters. */
import { expect, test } from "vitest";
import { bar, signedBar } from "../src/terminal/bar.ts";

test("a share is drawn in eighths of a character, a sum in whole ones", () => {
  expect(bar(1, 4)).toBe("████");
  expect(bar(0.5, 5)).toBe("██▌"); // 20 eighths
  expect(bar(0, 5)).toBe("");
  expect(bar(0.45, 5, "░")).toBe("░░"); // 2.25
});

test("a negative share goes to the left of the axis, in halves", () => {
  expect(signedBar(1, 9)).toBe("    │████");
  expect(signedBar(-1, 9)).toBe("████│");
  expect(signedBar(-0.375, 9)).toBe("  ▐█│"); // 1.5 of 4
  expect(signedBar(0, 9)).toBe("    │");
});
