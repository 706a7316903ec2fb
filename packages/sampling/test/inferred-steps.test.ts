/** A chain in a constant or a JSON file: `type` is any string to the compiler, so it is checked when it is used. */
import { applyChain, type ChainSpec, createSampler, isRandom, type StepSpec } from "@tsgpt/sampling";
import { expect, test } from "vitest";

const logits = Float32Array.of(3, 2, 1, 0);
const seed = { seed: 1 };
const kept = (chain: ChainSpec) => Array.from(applyChain(chain, logits).candidates.ids);

test("a constant needs no `as const`", () => {
  const step = { type: "top-k", k: 2 };
  expect(Array.from(applyChain([step], logits).candidates.ids)).toEqual([0, 1]);
  expect(isRandom([step])).toBe(false);
  const chain = [{ type: "temperature", temperature: 0.5 }, step, { type: "greedy" }];
  expect(createSampler(chain, seed)(logits, { history: [] })).toBe(0);
});

test("so does a chain of JSON", () => {
  const chain: { type: string; k?: number; p?: number }[] = JSON.parse('[{ "type": "top-k", "k": 3 }]');
  expect(Array.from(applyChain(chain, logits).candidates.ids)).toEqual([0, 1, 2]);
});

test("constants mix with steps that are written in the call, with chains and with lists of steps", () => {
  const step = { type: "top-k", k: 3 };
  const chain: ChainSpec = [{ type: "top-p", p: 0.5 }];
  const steps: StepSpec[] = [{ type: "top-k", k: 1 }];
  expect(Array.from(applyChain([step, { type: "top-k", k: 2 }, ...chain], logits).candidates.ids)).toEqual([0]);
  expect(kept(steps)).toEqual([0]);
  expect(kept([...chain, ...steps, { type: "greedy" }])).toEqual([0]);
  expect(kept([])).toHaveLength(4);
});

test("a mistake in a constant is an error when it is used", () => {
  const misspelled = { type: "topk", k: 2 };
  expect(() => createSampler([misspelled], seed)).toThrow('unknown type "topk"; did you mean "top-k"?');
  expect(() => isRandom([misspelled])).toThrow('unknown type "topk"');
  const text = { type: "top-p", p: "0.9" };
  expect(() => applyChain([text], logits)).toThrow('(top-p): p must be above 0 and at most 1 (1 is off), got "0.9"');
});

test("a mistake in a step that is written in the call does not compile", () => {
  // @ts-expect-error: the type is misspelled
  expect(() => createSampler([{ type: "topp", p: 0.9 }], seed)).toThrow('did you mean "top-p"?');
  // @ts-expect-error: p is missing
  expect(() => createSampler([{ type: "top-p" }], seed)).toThrow("lacks p");
  // @ts-expect-error: p is a number
  expect(() => createSampler([{ type: "top-p", p: "0.9" }], seed)).toThrow('got "0.9"');
  // @ts-expect-error: there is no such parameter
  expect(() => createSampler([{ type: "top-p", p: 0.9, top_p: 0.9 }], seed)).toThrow('did you mean "p"?');
  // @ts-expect-error: another word
  expect(() => createSampler([{ type: "top-k", k: 2, boundary: "gpt" }], seed)).toThrow('got "gpt"');
  // @ts-expect-error: no type
  expect(() => isRandom([{ k: 2 }])).toThrow("must be an object with a type");
  // @ts-expect-error: not a list
  expect(() => applyChain({ type: "top-p", p: 0.9 }, logits)).toThrow("must be a list of steps");
});
