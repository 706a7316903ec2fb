import { createSampler, type StepSpec } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { normalRow } from "./rows.ts";

const logits = normalRow(500, 1, 5);

function run(seed: number, chain: readonly StepSpec[]): number[] {
  const sample = createSampler(chain, { seed });
  const history: number[] = [1];
  for (let i = 0; i < 50; i++) history.push(sample(logits, { history }));
  return history;
}

test("the same seed gives the same ids, another seed others", () => {
  const chain: StepSpec[] = [{ type: "top-p", p: 0.9 }];
  expect(run(1, chain)).toEqual(run(1, chain));
  expect(run(1, chain)).not.toEqual(run(2, chain));
});

test("a draw takes one uniform number, two outputs, even from one candidate", () => {
  const one = createSampler([{ type: "top-k", k: 1 }], { seed: 4 });
  const many = createSampler([], { seed: 4 });
  one(logits, { history: [] });
  many(logits, { history: [] });
  expect(one.generator).toEqual(many.generator);
  expect(one.generator).not.toEqual(createSampler([], { seed: 4 }).generator);
});

test("greedy alone takes the largest logit and draws nothing", () => {
  const sample = createSampler([{ type: "greedy" }], { seed: 4 });
  expect(sample(Float32Array.of(1, 5, 5), { history: [] })).toBe(1);
  expect(sample.generator).toEqual(createSampler([], { seed: 4 }).generator);
});

test("greedy after penalties sees the history: 3 / 2 is less than 2", () => {
  const sample = createSampler([{ type: "deck-penalties", frequency: 2, presence: 1 }, { type: "greedy" }], {
    seed: 0,
  });
  expect(sample(Float32Array.of(3, 2), { history: [] })).toBe(0);
  expect(sample(Float32Array.of(3, 2), { history: [0] })).toBe(1);
});

test("a change of the chain after creation changes nothing", () => {
  const step = { type: "top-k" as const, k: 1 };
  const sample = createSampler([step], { seed: 0 });
  step.k = 500;
  expect(sample(Float32Array.of(0, 0.1, 0), { history: [] })).toBe(1);
});

test("a bad chain or seed is refused before anything is sampled", () => {
  expect(() => createSampler([{ type: "top-p", p: 0 }], { seed: 0 })).toThrow(
    "chain: step 1 (top-p): p must be above 0",
  );
  expect(() => createSampler([], { seed: 0.5 })).toThrow("seed: must be a whole number");
});
