import { expect, test } from "vitest";
import { type Box, moved } from "../src/components/text/chip-keys.ts";

/** Three lines: of three chips, of two wide ones, of one. */
const BOXES: readonly Box[] = [
  { top: 0, left: 0, width: 10 },
  { top: 0, left: 10, width: 10 },
  { top: 0, left: 20, width: 10 },
  { top: 50, left: 0, width: 18 },
  { top: 50, left: 18, width: 12 },
  { top: 100, left: 0, width: 10 },
];
const to = (key: string, from: number) => moved(key, from, BOXES.length, (at) => BOXES[at] as Box);

test("left and right move by one, and stay at the ends", () => {
  expect([to("ArrowLeft", 3), to("ArrowRight", 2), to("ArrowLeft", 0), to("ArrowRight", 5)]).toEqual([2, 3, 0, 5]);
});

test("up and down move to the closest chip of the next line, and stay at the first and last", () => {
  expect([to("ArrowDown", 0), to("ArrowDown", 2), to("ArrowDown", 3)]).toEqual([3, 4, 5]);
  expect([to("ArrowUp", 5), to("ArrowUp", 4), to("ArrowUp", 1), to("ArrowDown", 5)]).toEqual([3, 2, 1, 5]);
});

test("Home and End move to the ends; another key moves nowhere", () => {
  expect([to("Home", 3), to("End", 3), to("Enter", 3)]).toEqual([0, 5, undefined]);
});
