/**
 * The batch law: a sequence alone and the same sequence in a batch have the same logits. The reference kernels give the same bits. The
 * simd kernels add the terms of a row and of a tile of rows in different orders, so theirs are as near as the cache law's
 * (docs/numerics.md); once they add them in one order, SIMD_TOLERANCE is 0.
 */
import type { Tensor } from "@tsgpt/tensor";
import { expect } from "vitest";

const SIMD_TOLERANCE = 5e-6; // and as much twice of the row's largest |logit|

/** What numbers of the two may differ by, where the largest of them is `largest`. */
export function batchTolerance(kernelSet: string, largest: number): number {
  return kernelSet === "reference" ? 0 : SIMD_TOLERANCE * (1 + 2 * largest);
}

/** Row by row. */
export function expectBatchLaw(kernelSet: string, actual: Tensor, expected: Tensor): void {
  expect(actual.shape).toEqual(expected.shape);
  for (let i = 0; i < (expected.shape[0] as number); i++) {
    const largest = Math.max(...expected.row(i).data.map(Math.abs));
    const atol = batchTolerance(kernelSet, largest);
    expect(actual.row(i)).toBeCloseToTensor(expected.row(i), { atol, rtol: 0 });
  }
}
