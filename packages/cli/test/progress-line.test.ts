import { expect, test } from "vitest";
import { progressLine } from "../src/terminal/progress-line.ts";

/** What a terminal is shown that is told a number each `step` milliseconds. */
function shown(step: number, count: number, isTTY = true): string[] {
  const lines: string[] = [];
  let time = 0;
  const progress = progressLine({ isTTY, write: (text) => lines.push(text) }, () => time);
  for (let i = 1; i <= count; i++) {
    time += step;
    progress.show(() => String(i));
  }
  progress.clear();
  progress.clear();
  return lines;
}

test("after half a second ten times a second, replaced, and cleared once", () => {
  expect(shown(60, 13)).toEqual(["\r\x1b[K9", "\r\x1b[K11", "\r\x1b[K13", "\r\x1b[K"]);
});

test("nothing in less than half a second, and nothing where there is no terminal", () => {
  expect(shown(60, 8)).toEqual([]);
  expect(shown(60, 20, false)).toEqual([]);
});
