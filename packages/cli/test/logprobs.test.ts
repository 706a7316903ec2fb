/** Log-probabilities of several continuations: one batch gives each what it has alone. */
import * as gpt from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { afterEach, expect, test, vi } from "vitest";
import { meanLogprob, withLogprobs } from "../src/generate/logprobs.ts";
import { fixture } from "./process.ts";

vi.mock("@tsgpt/gpt", { spy: true });
afterEach(() => void vi.clearAllMocks());

const model = await loadModel(fixture("tiny-tied"));
const PROMPT = [1, 2, 3];
const TEXTS = [[4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], [], [4], [30, 2, 1], [5, 5, 5, 5, 5, 5]];

test("each continuation has, bit for bit, what a pass over it alone gives", () => {
  const found = withLogprobs(model, PROMPT, TEXTS, 2);
  expect(found.map((tokens) => tokens.map(({ id }) => id))).toEqual(TEXTS);
  for (const [i, ids] of TEXTS.entries()) {
    const logits = gpt.forward(model, [...PROMPT, ...ids]);
    const logprobs = ids.map((id, j) => {
      const row = logits.row(PROMPT.length - 1 + j).data;
      return (row[id] as number) - gpt.logSumOfExp(row, 0, "test");
    });
    expect(found[i]?.map(({ logprob }) => logprob)).toEqual(logprobs);
    expect(found[i]?.map(({ position }) => position)).toEqual(ids.map((_, j) => PROMPT.length + j));
    expect(found[i]?.every(({ topLogprobs }) => topLogprobs?.length === 2)).toBe(true);
  }
});

test("they are fed together: the prompt once, then 32 rows of logits a pass", () => {
  withLogprobs(model, PROMPT, TEXTS, undefined);
  expect(gpt.forward).toHaveBeenCalledTimes(1);
  const fed = vi.mocked(gpt.forwardBatch).mock.calls.map(([, sequences]) => sequences.map(({ ids }) => ids.length));
  expect(fed).toEqual([
    [10, 2, 5], // three that go on: floor(32 / 3) each, the last token of each is not fed
    [1],
  ]);
});

test("no pass where no continuation has a token", () => {
  expect(withLogprobs(model, PROMPT, [[], []], 1)).toEqual([[], []]);
  expect(gpt.forward).not.toHaveBeenCalled();
});

test("the mean logprob of no tokens is 0", () => {
  expect(meanLogprob([])).toBe(0);
  const token = { id: 1, text: "", position: 0 };
  expect(
    meanLogprob([
      { ...token, logprob: -1 },
      { ...token, logprob: -2 },
    ]),
  ).toBe(-1.5);
});
