/** A line of a batch whose answer fails becomes that line's error; what concerns all lines ends the run. */
import { EngineError } from "@tsgpt/tensor";
import { expect, test } from "vitest";
import type { AnswerInputs } from "../src/batch/job.ts";
import { bounded, joined, lineByLine, settle } from "../src/batch/line-by-line.ts";

/** What becomes of each input, by its index. */
async function answered(answer: AnswerInputs, inputs: readonly string[]): Promise<Record<number, string>> {
  const found: Record<number, string> = {};
  const take = (index: number, text: string) => {
    if (index in found) throw new Error(`input ${index} was answered twice`);
    found[index] = text;
  };
  const failed = (index: number, error: unknown) => take(index, `error: ${(error as Error).message}`);
  await lineByLine(answer)(inputs, { done: take, failed });
  return found;
}

/** Answers in order, and throws for one input. */
const throwing =
  (error: Error): AnswerInputs =>
  async (inputs, { done }) => {
    for (const [i, input] of inputs.entries()) {
      if (input === "bad") throw error;
      done(i, input);
    }
  };

test("a throw for one input is its error, and the others are answered once each", async () => {
  const found = await answered(throwing(new RangeError("Invalid string length")), ["a", "bad", "c", "bad", "e"]);
  const error = "error: Invalid string length";
  expect(found).toEqual({ 0: "a", 1: error, 2: "c", 3: error, 4: "e" });
});

test.each([new EngineError("its memory is full"), new RangeError("Array buffer allocation failed")])(
  "a failure of the engine or of memory ends the run: %o",
  async (error) => {
    await expect(answered(throwing(error), ["a", "bad", "c"])).rejects.toBe(error);
  },
);

test("an answer that is longer than is kept says what to lower, and nothing of it is joined", () => {
  expect(joined(["ab", "cd"], "lower --top", 4)).toBe("abcd");
  const endless = (function* () {
    while (true) yield "abc";
  })();
  expect(() => joined(endless, "lower --top", 4)).toThrow("its answer is longer than 4 characters; lower --top");
});

test("so does an object whose JSON would be, also beyond the longest string", () => {
  expect(bounded({ a: 1 }, "lower --top", 7)).toBe('{"a":1}');
  expect(() => bounded({ a: 12 }, "lower --top", 7)).toThrow("its answer is longer than 7 characters; lower --top");
  const tooLong = {
    toJSON: () => {
      throw new RangeError("Invalid string length");
    },
  };
  expect(() => bounded(tooLong, "lower --top")).toThrow("its answer is longer than 134217728 characters; lower --top");
});

test("settle hands over an answer, or why there is none", () => {
  const said: unknown[] = [];
  const handlers = {
    done: (...taken: unknown[]) => void said.push(taken),
    failed: (...taken: unknown[]) => void said.push(taken),
  };
  settle(1, handlers, () => "{}");
  settle(2, handlers, () => bounded({}, "lower --top", 1));
  expect(said).toEqual([
    [1, "{}"],
    [2, new Error("its answer is longer than 1 characters; lower --top")],
  ]);
});
