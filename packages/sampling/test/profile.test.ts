/** The sorted distribution as data: head, tail and what is named. */
import { type Candidates, candidatesOf, createWorkspace, topP } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import * as profile from "../src/profile.ts";
import { normalRow } from "./rows.ts";

const uniform = (count: number) => candidatesOf(new Float32Array(count));
const workspace = createWorkspace();
const profileOf = (candidates: Candidates, limit: number) =>
  profile.profileOf(profile.weigh(candidates, workspace), limit, workspace);
const near = (value: number) => expect.closeTo(value, 12);

test("of 2500 equal tokens 90% are the head, and the tail ends its parts at ranks 10, 100, 1000", () => {
  const { kept, entropyBits, headSize, top, tail } = profileOf(uniform(2500), 3);
  expect({ kept, entropyBits, headSize }).toEqual({ kept: 2500, entropyBits: near(Math.log2(2500)), headSize: 2250 });
  expect(top).toEqual([0, 1, 2].map((id) => ({ id, probability: near(1 / 2500) })));
  expect(tail).toEqual([
    { from: 4, to: 10, probability: near(7 / 2500) },
    { from: 11, to: 100, probability: near(90 / 2500) },
    { from: 101, to: 1000, probability: near(900 / 2500) },
    { from: 1001, to: 2500, probability: near(1500 / 2500) },
  ]);
});

test.each([
  [10, 10, []],
  [10, 11, [[11, 11]]],
  [
    20,
    1000,
    [
      [21, 100],
      [101, 1000],
    ],
  ],
  [0, 5, []], // numbers alone, without the sort that a tail needs
  [100, 101, [[101, 101]]],
])("%s named of %s tokens leave the ranks %j", (limit, count, ranks) => {
  expect(profileOf(uniform(count), limit).tail.map(({ from, to }) => [from, to])).toEqual(ranks);
});

test("named tokens and tail together are everything, and the head is what top-p 0.9 keeps", () => {
  for (const seed of [1, 2, 3]) {
    const candidates = candidatesOf(normalRow(3000, seed, seed));
    const { headSize, top, tail } = profileOf(candidates, 10);
    const all = [...top, ...tail].reduce((sum, { probability }) => sum + probability, 0);
    expect(all).toBeCloseTo(1, 12);
    expect(headSize).toBe(topP(candidates, { p: 0.9 }).ids.length);
  }
});

test("a probability too small for a number is 0 in the tail, and nothing is NaN", () => {
  expect(profileOf(candidatesOf(Float32Array.of(0, -1000, -2000)), 1)).toEqual({
    kept: 3,
    entropyBits: 0,
    headSize: 1,
    top: [{ id: 0, probability: 1 }],
    tail: [{ from: 2, to: 3, probability: 0 }],
  });
});
