/** The order in which candidates for a merge come up. */
import { createGenerator } from "@tsgpt/numeric";
import { expect, test } from "vitest";
import { nextBelow } from "../src/data/shuffle.ts";
import { type Candidate, mergeQueue } from "../src/tokenizer/merge-queue.ts";

test("the highest count comes first, and at equal counts the smaller key", () => {
  const generator = createGenerator(3);
  const candidates = Array.from({ length: 200 }, (_, pair): Candidate => {
    return { pair, key: nextBelow(1000, generator), count: nextBelow(10, generator), words: [] };
  });
  const queue = mergeQueue();
  for (const candidate of candidates) queue.push(candidate);
  const popped = candidates.map(() => queue.pop());
  const order = (list: readonly (Candidate | undefined)[]) => list.map((item) => [item?.count, item?.key]);
  expect(order(popped)).toEqual(order(candidates.toSorted((a, b) => b.count - a.count || a.key - b.key)));
  expect(queue.pop()).toBeUndefined();
});
