/** Many draws of a sampler against the distribution that its chain returns; the seeds are fixed, so the tests are deterministic. */
import { type ChainSpec, createSampler, probabilities } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";

const DRAWS = FULL ? 1_000_000 : 100_000;
const OFF = FULL ? 0.01 : 0.04; // the difference that this many draws detect
const logits = Float32Array.of(1.5, -1, 0.5, 1.5, -2, 0, 0.25, -0.5);
const context = { history: [0, 3, 3, 5], promptLength: 1 };

/** How often each id was drawn. */
function drawn(chain: ChainSpec, seed: number): number[] {
  const sample = createSampler(chain, { seed });
  const counts = new Array<number>(logits.length).fill(0);
  for (let i = 0; i < DRAWS; i++) counts[sample(logits, context)]++;
  return counts;
}

/** Pearson's statistic; expects that no token of probability 0 was drawn. */
function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  counts.forEach((count, id) => {
    if (expected[id] === 0) expect(count).toBe(0);
  });
  return counts.reduce((sum, count, id) => {
    const mean = DRAWS * expected[id];
    return mean === 0 ? sum : sum + (count - mean) ** 2 / mean;
  }, 0);
}

function expectedOf(chain: ChainSpec): number[] {
  const candidates = createSampler(chain, { seed: 0 }).distribution(logits, context);
  const shares = new Array<number>(logits.length).fill(0);
  probabilities(candidates).forEach((p, i) => {
    shares[candidates.ids[i]] = p;
  });
  return shares;
}

// The bounds are the 0.1% points of chi-square with as many degrees of freedom as candidates are left, less one.
test.each<[string, ChainSpec, number, number]>([
  ["the full distribution", [], 8, 24.32],
  ["top-p", [{ type: "top-p", p: 0.9 }], 5, 18.47],
  [
    "penalties, temperature and min-p",
    [
      { type: "lecture-penalties", frequency: 1.1, presence: 1.2 },
      { type: "temperature", temperature: 1.3 },
      { type: "min-p", p: 0.2 },
    ],
    7,
    22.46,
  ],
])("many draws from %s", (_name, chain, left, bound) => {
  const expected = expectedOf(chain);
  expect(expected.filter((p) => p > 0)).toHaveLength(left);
  expect(chiSquare(drawn(chain, 20261124), expected)).toBeLessThan(bound);
});

test("many draws through XTC: a mixture, by its probability, of the row with and without its top choices", () => {
  const [always, never] = [1, 0].map((probability) => expectedOf([{ type: "xtc", probability, threshold: 0.1 }]));
  const expected = always.map((p, id) => 0.25 * p + 0.75 * never[id]);
  const counts = drawn([{ type: "xtc", probability: 0.25, threshold: 0.1 }], 7);
  expect(chiSquare(counts, expected)).toBeLessThan(24.32); // 7 degrees of freedom
});

test("a biased draw would be detected: the same counts against a slightly different distribution", () => {
  const expected = expectedOf([]);
  const off = expected.map((p, id) => (id === 0 ? p * (1 + OFF) : id === 3 ? p * (1 - OFF) : p));
  const total = off.reduce((a, b) => a + b);
  expect(
    chiSquare(
      drawn([], 20261124),
      off.map((p) => p / total),
    ),
  ).toBeGreaterThan(40);
});
