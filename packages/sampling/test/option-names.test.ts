/** The names of a chain's options. */
import { expect, test } from "vitest";
import { type ChainOptions, chainOptionNames, presetChain } from "../src/index.ts";

test("each is an option of presetChain, and is listed once", () => {
  expect(new Set(chainOptionNames).size).toBe(chainOptionNames.length);
  const refusal = (name: string) => {
    try {
      presetChain("hf", { [name]: Number.NaN } as ChainOptions);
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };
  expect(refusal("nothing")).toMatch(/option "?nothing/);
  for (const name of chainOptionNames) expect(refusal(name)).not.toMatch(/unknown option|no option/);
});

test("those of every kind of step are among them", () => {
  const some = ["greedy", "temperature", "topP", "frequencyPenalty", "dryBreakers", "forcedLast", "mirostatTau"];
  expect(chainOptionNames).toEqual(expect.arrayContaining(some));
});
