/** What the text proposes to itself. */
import { expect, test } from "vitest";
import { type PromptLookupOptions, promptLookup } from "../src/decode/prompt-lookup.ts";
import { tinyModel } from "./tiny-model.ts";

async function proposed(history: number[], count: number, options?: PromptLookupOptions): Promise<number[]> {
  const [target, distribution] = [tinyModel(), () => ({ ids: [], probabilities: [] })];
  const proposer = promptLookup(options)({ target, capacity: 24, distribution, uniform: () => 0, signal: undefined });
  const proposals = await proposer.propose({ history, promptLength: history.length }, count);
  for (const { id, from } of proposals) expect(from).toEqual({ ids: [id], probabilities: [1] });
  return proposals.map(({ id }) => id);
}

test("what followed the end where it stood before: after 1, 2 came 3, 4", async () => {
  expect(await proposed([1, 2, 3, 4, 9, 1, 2], 2)).toEqual([3, 4]);
});

test("the longest end decides: after 7, 2 came 5, though after the later 2 came 6", async () => {
  expect(await proposed([7, 2, 5, 8, 2, 6, 7, 2], 1)).toEqual([5]);
  expect(await proposed([7, 2, 5, 8, 2, 6, 7, 2], 1, { longest: 1 })).toEqual([6]);
});

test("of several occurrences the latest one", async () => {
  expect(await proposed([1, 2, 3, 1, 2, 4, 1, 2], 1)).toEqual([4]);
});

test("a copy that reaches the end goes on through what it proposed", async () => {
  expect(await proposed([5, 5], 4)).toEqual([5, 5, 5, 5]);
  expect(await proposed([1, 2, 1, 2], 5)).toEqual([1, 2, 1, 2, 1]);
});

test("a text whose last token is new, or that has one token, proposes nothing", async () => {
  expect(await proposed([1, 2, 3], 4)).toEqual([]);
  expect(await proposed([1], 4)).toEqual([]);
});

test.each([0, 2.5, Number.NaN])("longest of %s is refused", (longest) => {
  expect(() => promptLookup({ longest })).toThrow(
    `promptLookup: longest must be a whole number, 1 or more, got ${longest}`,
  );
});
