import { logitDifference } from "@tsgpt/analysis";
import { Tensor } from "@tsgpt/tensor";
import { expect, test } from "vitest";

const logits = Tensor.from([
  [1, 2, 4],
  [8, 16, 32],
]);

test("one logit minus another, of the last position or of a given one", () => {
  expect(logitDifference(2, 0)(logits)).toBe(24);
  expect(logitDifference(2, 0, 0)(logits)).toBe(3);
});

test.each([
  [logitDifference(3, 0), "token id must be a whole number from 0 to 2, got 3"],
  [logitDifference(0, -1), "token id must be a whole number from 0 to 2, got -1"],
  [logitDifference(0, 1, 2), "position must be a whole number from 0 to 1, got 2"],
])("an id or a position that there is not is refused", (metric, message) => {
  expect(() => metric(logits)).toThrow(`logitDifference: ${message}`);
});
