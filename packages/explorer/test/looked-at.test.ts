/** Which earlier token a head looks at most, in the block's heading and in the tour. */
import { expect, test } from "vitest";
import { lookedAt } from "../src/state/looked-at.ts";

test.each([
  ["the first token is left out where there is another", [0.6, 0.1, 0.25, 0.05], 3, 2],
  ["also if that has the same weight", [0.25, 0.25, 0.25, 0.25], 3, 1],
  ["of two tokens the first is the only one before", [0.9, 0.1], 1, 0],
  ["of one token that itself", [1], 0, 0],
])("%s", (_, row, position, expected) => {
  expect(lookedAt(Float32Array.from(row), position)).toBe(expected);
});
