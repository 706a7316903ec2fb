import { applyChain, candidatesOf, entropy, probabilities, SamplingError } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { surpriseBits } from "../src/candidates.ts";
import { createWorkspace } from "../src/workspace.ts";
import { anyRow, row } from "./rows.ts";

test("a logit of -Infinity is masked: the token is not a candidate", () => {
  expect(Array.from(row(1, -Infinity, 3).ids)).toEqual([0, 2]);
});

test("probabilities of [0, ln 3] are [1/4, 3/4]", () => {
  const [a, b] = probabilities({ ids: Int32Array.of(0, 1), logits: Float64Array.of(0, Math.log(3)) });
  expect(a).toBeCloseTo(0.25, 15);
  expect(b).toBeCloseTo(0.75, 15);
});

test("probabilities of huge logits do not overflow", () => {
  expect(Array.from(probabilities(row(3e38, -3e38, 3e38)))).toEqual([0.5, 0, 0.5]);
});

test("the surprise of a token with a logit of -1000 next to one of 0 is 1000 / ln 2 bits, though its probability is 0", () => {
  const candidates = row(0, -Infinity, -1000);
  expect(probabilities(candidates)[1]).toBe(0);
  expect(surpriseBits(candidates, 2, createWorkspace())).toBeCloseTo(1442.695040888963, 10);
  expect(surpriseBits(candidates, 0, createWorkspace())).toBe(0);
  expect(surpriseBits(candidatesOf(Float64Array.of(0, Math.log(3))), 1, createWorkspace())).toBeCloseTo(
    Math.log2(4 / 3),
    15,
  );
  expect(entropy(candidates)).toBe(0);
});

test("probabilities sum to 1 and do not change when a constant is added", () => {
  fc.assert(
    fc.property(anyRow, fc.integer({ min: -50, max: 50 }), (logits, constant) => {
      const candidates = candidatesOf(logits);
      const before = probabilities(candidates);
      const after = probabilities({ ids: candidates.ids, logits: candidates.logits.map((z) => z + constant) });
      expect(before.reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      before.forEach((p, i) => {
        expect(after[i]).toBeCloseTo(p, 12);
      });
    }),
  );
});

test.each([
  [
    [1, Number.NaN],
    "logits: every logit must be a finite number, or -Infinity for a masked token; the logit of token 1 is NaN",
  ],
  [
    [Infinity, 1],
    "logits: every logit must be a finite number, or -Infinity for a masked token; the logit of token 0 is Infinity",
  ],
  [[-Infinity, -Infinity], "logits: at least one must be finite; all 2 are -Infinity, every token is masked"],
  [[], "logits: need at least one, got an empty row"],
])("logits %s are refused", (logits, message) => {
  const refused = () => candidatesOf(Float32Array.from(logits));
  expect(refused).toThrow(new SamplingError(message));
  expect(() => applyChain([], Float32Array.from(logits))).toThrow(message);
});
