import { expect, test } from "vitest";
import { learningRateAt, type Schedule } from "../src/index.ts";

const rates = (schedule: Schedule, steps: number) =>
  Array.from({ length: steps }, (_, i) => Number(learningRateAt(i + 1, steps, schedule).toFixed(4)));

test("a warmup of 4 rises by a quarter of the peak at each step", () => {
  expect(rates({ name: "constant", peak: 1, warmup: 4 }, 6)).toEqual([0.25, 0.5, 0.75, 1, 1, 1]);
});

test("linear goes from the peak at the end of the warmup to a tenth of it at the last step", () => {
  expect(rates({ name: "linear", peak: 1, warmup: 1 }, 4)).toEqual([1, 0.7, 0.4, 0.1]);
});

test("cosine is halfway, 0.55, in the middle", () => {
  expect(rates({ name: "cosine", peak: 1, warmup: 1 }, 5)).toEqual([1, 0.8682, 0.55, 0.2318, 0.1]); // cos(pi / 4) = 0.7071
});

test("without a warmup the first step is one step below the peak", () => {
  expect(rates({ name: "linear", peak: 1, warmup: 0 }, 2)).toEqual([0.55, 0.1]);
});

test("a warmup as long as the run ends at a tenth of the peak; a longer one only rises", () => {
  expect(rates({ name: "cosine", peak: 1, warmup: 2 }, 2)).toEqual([0.5, 0.1]);
  expect(rates({ name: "cosine", peak: 1, warmup: 4 }, 2)).toEqual([0.25, 0.5]);
});

test("a warmup with a share takes its steps, or that share of the run if that is less; all of them while it has no end", () => {
  const schedule = { name: "linear", peak: 1, warmup: { steps: 4, share: 0.25 } } as const;
  expect(rates(schedule, 100)).toEqual(rates({ ...schedule, warmup: 4 }, 100));
  expect(rates(schedule, 8)).toEqual(rates({ ...schedule, warmup: 2 }, 8));
  expect(learningRateAt(1, Number.POSITIVE_INFINITY, schedule)).toBe(0.25);
});

test("an unknown schedule is refused", () => {
  expect(() => learningRateAt(1, 1, { name: "step" as never, peak: 1, warmup: 0 })).toThrow(
    'learningRateAt: option "name" must be "cosine", "linear" or "constant", got the string "step"',
  );
});

const GIVEN = { name: "cosine", peak: 1, warmup: 0 } as const;

test.each([
  [0, 1, GIVEN, "step must be a whole number, 1 or more, got 0"],
  [Number.NaN, 1, GIVEN, "step must be a whole number, 1 or more, got NaN"],
  [1, 1.5, GIVEN, "steps must be a whole number, 1 or more, got 1.5"],
  [1, Number.NaN, GIVEN, "steps must be a whole number, 1 or more, got NaN"],
  [1, 1, { ...GIVEN, peak: 0 }, "peak must be a finite number above 0, got 0"],
  [1, 1, { ...GIVEN, warmup: Number.NaN }, "warmup must be a whole number, 0 or more, got NaN"],
  [
    1,
    1,
    { ...GIVEN, warmup: [] as never },
    'option "warmup" must be a number of steps, or an object with steps and share, got an Array',
  ],
])("step %d of %d with %j is refused", (step, steps, schedule, message) => {
  expect(() => learningRateAt(step, steps, schedule)).toThrow(new RangeError(`learningRateAt: ${message}`));
});
