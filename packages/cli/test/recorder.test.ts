/** What is recorded of a token: log-probabilities by the logits themselves, whatever their probabilities come to. */
import { createSampler } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { recordingSampler, recordTop, type TokenRecord, topOf } from "../src/generate/recorder.ts";

const CONTEXT = { history: [0, 1], promptLength: 1 };

test("the logprob of a logit of -1000 beside 0 is -1000: its probability is too small for a number", () => {
  const { topLogprobs } = topOf(Float32Array.of(-1000, 0, -3e38), 2, 3);
  expect(topLogprobs).toEqual([
    { id: 1, logprob: 0 },
    { id: 0, logprob: -1000 },
    { id: 2, logprob: Math.fround(-3e38) },
  ]);
  expect(JSON.stringify(topLogprobs)).not.toContain("null");
});

test("logprobs of ln 0.4, ln 0.3, ln 0.2, ln 0.1 are these, the most probable first, and no more than asked for", () => {
  const logits = Float32Array.from([1, 4, 3, 2], (tenths) => Math.log(tenths / 10));
  expect(topOf(logits, 0, 2).topLogprobs).toEqual([
    { id: 1, logprob: expect.closeTo(Math.log(0.4), 6) },
    { id: 2, logprob: expect.closeTo(Math.log(0.3), 6) },
  ]);
  expect(topOf(logits, 0, 0)).toEqual({ topLogprobs: [] });
  expect(topOf(logits, 0, undefined)).toEqual({});
});

test("a masked token is none of the most probable", () => {
  expect(topOf(Float32Array.of(-Infinity, 2), 0, 2).topLogprobs).toEqual([{ id: 1, logprob: 0 }]);
});

test("a recording sampler records them, and with a trace what the chain was given", () => {
  const [plain, traced]: [TokenRecord[], TokenRecord[]] = [[], []];
  const logits = Float32Array.of(0, -1000);
  const greedy = () => createSampler([{ type: "greedy" }], { seed: 0 });
  expect(recordingSampler(greedy(), { logprobs: 2 }, plain)(logits, CONTEXT)).toBe(0);
  expect(recordingSampler(greedy(), { logprobs: 2, traceSampling: true }, traced)(logits, CONTEXT)).toBe(0);
  const topLogprobs = [0, -1000].map((logprob, id) => ({ id, logprob }));
  expect(plain).toEqual([{ topLogprobs }]);
  expect(traced).toMatchObject([
    { topLogprobs, probability: 1, initial: { kept: 2, entropyBits: 0 }, steps: [{ kept: 1 }] },
  ]);
});

test("a strategy without a chain records them too", () => {
  const records: TokenRecord[] = [];
  recordTop(Float32Array.of(0, -1000), CONTEXT, { logprobs: 2 }, records);
  recordTop(Float32Array.of(0, -1000), CONTEXT, {}, records);
  expect(records).toEqual([{ topLogprobs: [0, -1000].map((logprob, id) => ({ id, logprob })) }]);
});
