/** The batch law: a sequence alone and the same sequence in a batch have the same logits, bit for bit, on every kernel set (docs/numerics.md). */
import type { Tensor } from "@tsgpt/tensor";
import { expect } from "vitest";

export function expectBatchLaw(actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  expect(actual.data.findIndex((value, i) => !Object.is(value, expected.data[i]))).toBe(-1);
}
