import { applyChain, createSampler } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { xtc } from "../src/steps/xtc.ts";
import { row, said } from "./rows.ts";

const shares = row(...[0.4, 0.3, 0.2, 0.1].map(Math.log));
const left = (probability: number, threshold: number, u: number, candidates = shares) =>
  Array.from(xtc(candidates, { probability, threshold }, said([], { uniform: () => u })).ids);

test("of the tokens that reach the threshold only the least likely is kept, and all below it", () => {
  expect(left(0.5, 0.15, 0.2)).toEqual([2, 3]); // 0.4, 0.3 and 0.2 reach 0.15
  expect(left(0.5, 0.25, 0.2)).toEqual([1, 2, 3]);
});

test("it acts if the uniform number is below its probability", () => {
  expect(left(0.5, 0.15, 0.499)).toEqual([2, 3]);
  expect(left(0.5, 0.15, 0.5)).toEqual([0, 1, 2, 3]);
  expect(left(1, 0.15, 1 - 2 ** -53)).toEqual([2, 3]);
});

test("fewer than two that reach the threshold change nothing", () => {
  expect(left(1, 0.35, 0)).toEqual([0, 1, 2, 3]);
  expect(left(1, 0.45, 0)).toEqual([0, 1, 2, 3]);
});

test("equality reaches it; of tokens tied for the least likely the highest id is kept", () => {
  expect(left(1, 0.25, 0, row(0, 0, 0, 0))).toEqual([3]);
  expect(left(1, 0.5, 0, row(0, 0))).toEqual([1]);
});

test("above a threshold of 0.5, and at probability 0, it is off and takes no number", () => {
  expect(xtc(shares, { probability: 1, threshold: 0.51 }, said([]))).toBe(shares);
  expect(xtc(shares, { probability: 0, threshold: 0.1 }, said([]))).toBe(shares);
});

test("the report has the number it drew", () => {
  const chain = [{ type: "xtc", probability: 0.5, threshold: 0.1 }] as const;
  const { steps } = applyChain(chain, Float32Array.of(0, 0), { history: [] }, { uniform: () => 0.25 });
  expect(steps[0]).toMatchObject({ uniform: 0.25, removed: [{ id: 0, probability: 0.5 }] });
});

test("a step after it that draws nothing reports no number", () => {
  const chain = [
    { type: "xtc", probability: 0.5, threshold: 0.1 },
    { type: "top-k", k: 1 },
  ] as const;
  const { steps } = applyChain(chain, Float32Array.of(0, 0), { history: [] }, { uniform: () => 0.75 });
  expect(steps[1]).not.toHaveProperty("uniform");
});

test("without random numbers a chain with a random step is an error", () => {
  expect(() => applyChain([{ type: "xtc", probability: 0.5, threshold: 0.1 }], Float32Array.of(0))).toThrow(
    "applyChain: this chain acts by chance (xtc); give it { uniform }",
  );
});

test("in the long run it acts as often as its probability says: 0.3 within 4 deviations of 100,000", () => {
  const sample = createSampler([{ type: "xtc", probability: 0.3, threshold: 0.4 }], { seed: 8 });
  const [logits, context] = [Float32Array.of(0, 0), { history: [] }];
  let acted = 0;
  for (let i = 0; i < 100_000; i++) if (sample.distribution(logits, context).ids.length === 1) acted++;
  expect(Math.abs(acted / 100_000 - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / 100_000));
});

test.each([
  ["probability", -0.1],
  ["probability", 1.1],
  ["threshold", Number.NaN],
])("%s %s is refused", (name, value) => {
  expect(() => xtc(shares, { probability: 0.5, threshold: 0.1, [name]: value }, said([]))).toThrow(
    `xtc: ${name} must be from 0 to 1, got ${value}`,
  );
});
