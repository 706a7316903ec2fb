/** The checks of a chain's options. */
import { checkOptions } from "@tsgpt/numeric";
import { expect, test } from "vitest";
import { type ChainOptions, chainOptionChecks, presetChain } from "../src/index.ts";

const names = Object.keys(chainOptionChecks);

test("each is for an option of presetChain", () => {
  const refusal = (name: string) => {
    try {
      presetChain("hf", { [name]: Number.NaN } as ChainOptions);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal("nothing")).toMatch(/option "?nothing/);
  for (const name of names) expect(refusal(name)).not.toMatch(/unknown option|no option/);
});

test("those of every kind of step are among them", () => {
  const some = ["greedy", "temperature", "topP", "frequencyPenalty", "dryBreakers", "forcedLast", "mirostatTau"];
  expect(names).toEqual(expect.arrayContaining(some));
});

test("a function that has these options, and others, refuses wrong values of either in its own name", () => {
  const checks = { ...chainOptionChecks, count: "number" } as const;
  const given = (options: object) => () => checkOptions<ChainOptions & { count?: number }>("mine", options, checks);
  expect(given({ topK: "3" })).toThrow('mine: option "topK" must be a number, got the string "3"');
  expect(given({ count: "3" })).toThrow('mine: option "count" must be a number, got the string "3"');
  expect(given({ topK: 3, count: 3 })).not.toThrow();
});
