import { expect, test } from "vitest";
import { linePace } from "../src/terminal/line-pace.ts";

const dueSteps = (steps: number, pace: (share: number) => boolean) =>
  Array.from({ length: steps }, (_, i) => i + 1).filter((step) => pace(step / steps));

test("a line is due at first, at each tenth and at the end", () => {
  expect(
    dueSteps(
      40,
      linePace(false, () => 0),
    ),
  ).toEqual([1, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
  expect(
    dueSteps(
      3,
      linePace(false, () => 0),
    ),
  ).toEqual([1, 2, 3]);
});

test("by time, one is due too when ten seconds have passed without one", () => {
  let seconds = 0;
  const now = () => 1000 * seconds;
  const pace = linePace(true, now);
  const due = [0, 3, 9.9, 10, 15, 20, 20.1].filter((at) => {
    seconds = at;
    return pace(0.001);
  });
  expect(due).toEqual([0, 10, 20]);
  expect(linePace(false, now)(0)).toBe(true);
});
