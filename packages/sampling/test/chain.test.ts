import { applyChain, type ChainSpec, probabilities } from "@tsgpt/sampling";
import fc from "fast-check";
import { expect, test } from "vitest";
import { anyRow } from "./rows.ts";

const fifths = Float32Array.from([4, 3, 2, 1], Math.log); // [0.4, 0.3, 0.2, 0.1]
const near = (value: number) => expect.closeTo(value, 6);
const bits = (...shares: number[]) => shares.reduce((sum, p) => sum - p * Math.log2(p), 0);

test("each step reports what it kept and removed", () => {
  // Top-k 3 removes 0.1. Left [4/9, 3/9, 2/9]; top-p 0.7 keeps 4/9 + 3/9 = 0.78 and removes 2/9.
  const { candidates, steps } = applyChain(
    [
      { type: "top-k", k: 3 },
      { type: "top-p", p: 0.7 },
    ],
    fifths,
  );
  expect(Array.from(candidates.ids)).toEqual([0, 1]);
  expect(steps).toEqual([
    {
      step: { type: "top-k", k: 3 },
      before: 4,
      kept: 3,
      massRemoved: near(0.1),
      removed: [{ id: 3, probability: near(0.1) }],
      entropyBits: near(bits(4 / 9, 3 / 9, 2 / 9)),
      headSize: 3, // 4/9 + 3/9 = 0.78
      top: [4 / 9, 3 / 9, 2 / 9].map((p, id) => ({ id, probability: near(p), given: near([0.4, 0.3, 0.2][id]) })),
      tail: [],
    },
    {
      step: { type: "top-p", p: 0.7 },
      before: 3,
      kept: 2,
      massRemoved: near(2 / 9),
      removed: [{ id: 2, probability: near(2 / 9) }],
      entropyBits: near(bits(4 / 7, 3 / 7)),
      headSize: 2,
      top: [4 / 7, 3 / 7].map((p, id) => ({ id, probability: near(p), given: near([4 / 9, 3 / 9][id]) })),
      tail: [],
    },
  ]);
});

test("the distribution before the chain is reported, even for an empty chain", () => {
  const given = {
    kept: 4,
    entropyBits: near(bits(0.4, 0.3, 0.2, 0.1)),
    headSize: 3, // 0.4 + 0.3 + 0.2
    top: [0.4, 0.3].map((p, id) => ({ id, probability: near(p) })),
    tail: [{ from: 3, to: 4, probability: near(0.3) }],
  };
  const options = { limit: 2 };
  expect(applyChain([], fifths, { history: [] }, options)).toMatchObject({ initial: given, steps: [] });
  const { initial, steps } = applyChain([{ type: "greedy" }], fifths, { history: [] }, options);
  expect(initial).toEqual(given);
  expect(steps[0]).toMatchObject({
    kept: 1,
    headSize: 1,
    top: [{ id: 0, probability: 1, given: near(0.4) }],
    tail: [],
  });
});

test("a forced token that was not a candidate had a probability of 0", () => {
  const chain: ChainSpec = [
    { type: "top-k", k: 1 },
    { type: "forced-token", id: 2, at: 0 },
  ];
  expect(applyChain(chain, fifths).steps[1].top).toEqual([{ id: 2, probability: 1, given: 0 }]);
});

test("a step that removes nothing reports a mass of 0", () => {
  const { steps } = applyChain([{ type: "temperature", temperature: 2 }], fifths);
  expect(steps[0]).toMatchObject({ before: 4, kept: 4, massRemoved: 0, removed: [] });
});

test("a forced token that takes the place of the only candidate is reported as a removal", () => {
  const chain: ChainSpec = [
    { type: "top-k", k: 1 },
    { type: "forced-token", id: 2, at: 0 },
  ];
  const { candidates, steps } = applyChain(chain, fifths);
  expect(Array.from(candidates.ids)).toEqual([2]);
  expect(steps[1]).toMatchObject({ kept: 1, massRemoved: 1, removed: [{ id: 0, probability: 1 }] });
});

test("removed tokens are listed the most probable first, up to the limit", () => {
  const shuffled = Float32Array.of(1, 9, 3, 4, 2);
  const removed = (limit: number) =>
    applyChain([{ type: "greedy" }], shuffled, { history: [] }, { limit }).steps[0].removed.map(({ id }) => id);
  expect(removed(2)).toEqual([3, 2]);
  expect(removed(0)).toEqual([]);
  expect(removed(Infinity)).toEqual([3, 2, 4, 0]);
});

test("any chain leaves at least one candidate and probabilities that sum to 1", () => {
  const parameter = fc.double({ min: 0.05, max: 1, noNaN: true });
  fc.assert(
    fc.property(anyRow, parameter, parameter, fc.integer({ min: 1, max: 50 }), (logits, p, value, k) => {
      const chain: ChainSpec = [
        { type: "lecture-penalties", frequency: 1 + value, presence: 1.1 },
        { type: "temperature", temperature: 2 * value },
        { type: "top-k", k },
        { type: "top-p", p },
      ];
      const { candidates } = applyChain(chain, logits, { history: [0, logits.length - 1] });
      expect(candidates.ids.length).toBeGreaterThan(0);
      expect(probabilities(candidates).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
    }),
  );
});

test.each([4, -1, 1.5])("a history with the id %s is refused", (id) => {
  expect(() => applyChain([], fifths, { history: [0, id] })).toThrow(
    `history: each id must be a whole number from 0 to 3, as there are 4 logits; history[1] is ${id}`,
  );
});
