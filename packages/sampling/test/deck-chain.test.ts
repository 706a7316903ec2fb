import { deckChain } from "@tsgpt/sampling";
import { expect, test } from "vitest";

test("the complete algorithm in the lecture's order", () => {
  expect(deckChain({ topP: 0.9, topK: 40, temperature: 0.8, presencePenalty: 1.2, frequencyPenalty: 1.1 })).toEqual([
    { type: "deck-penalties", frequency: 1.1, presence: 1.2 },
    { type: "temperature", temperature: 0.8 },
    { type: "top-k", k: 40 },
    { type: "top-p", p: 0.9 },
  ]);
});

test("neutral values leave no step", () => {
  expect(
    deckChain({ topP: 1, topK: 0, temperature: 1, presencePenalty: 1, frequencyPenalty: 1, greedy: false }),
  ).toEqual([]);
  expect(deckChain({})).toEqual([]);
});

test("greedy goes with penalties", () => {
  expect(deckChain({ greedy: true, presencePenalty: 1.2 })).toEqual([
    { type: "deck-penalties", frequency: 1, presence: 1.2 },
    { type: "greedy" },
  ]);
});

test("greedy contradicts what shapes a draw", () => {
  expect(() => deckChain({ greedy: true, temperature: 0.7, topP: 0.9 })).toThrow(
    "deckChain: greedy takes the most probable token whatever temperature, top-p does; leave one out",
  );
});

test("a value out of range is refused", () => {
  expect(() => deckChain({ temperature: Number.NaN })).toThrow("temperature: must be a finite number above 0");
  expect(() => deckChain({ temperature: 0 })).toThrow("--greedy");
  expect(() => deckChain({ topK: -1 })).toThrow("top-k: k must be a whole number");
});
