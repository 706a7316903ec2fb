/** What a pass keeps: counted for the shape that the bundled model has. */
import { presetConfig } from "@tsgpt/gpt";
import { Arena, createReferenceEngine } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import { allocateKept } from "../src/keep.ts";

const BUNDLED = {
  ...presetConfig("gpt2"),
  vocabSize: 4096,
  nPositions: 512,
  nEmbd: 192,
  nHead: 6,
  nLayer: 6,
  nInner: 768,
};
const MIB = 2 ** 20;

test.each([
  // 8 x 512 tokens, 192 floats of 4 bytes: 3 MiB a tensor. 6 layers of 10, and the last residual: 61 tensors
  [false, 183],
  // 7 residuals, and the other 9 of one layer
  [true, 48],
])("8 x 512 tokens of 3.55 million parameters, recompute %s: %i MiB, where 190 are allowed", (recompute, expected) => {
  let floats = 0;
  const count = (size: number) => {
    floats += size;
    return new Float32Array(size); // never touched
  };
  allocateKept(BUNDLED, 8 * 512, recompute, new Arena(createReferenceEngine().kernels, count));
  expect((4 * floats) / MIB).toBe(expected);
});
