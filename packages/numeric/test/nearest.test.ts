import { nearest } from "@tsgpt/numeric";
import { expect, test } from "vitest";

test.each([
  ["max_tokens", "maxTokens"], // case, "-" and "_" do not count
  ["MAX-TOKENS", "maxTokens"],
  ["maxtokens", "maxTokens"],
  ["maxTokesn", "maxTokens"], // two letters swapped
  ["sede", "seed"], // which is one edit, not two: 1 of 4 letters
  ["max_new_tokens", "maxTokens"], // has both words
  ["tokens", "maxTokens"], // one of its words
  ["temp", "temperature"], // its beginning
  ["topp", "topP"],
  ["top-k", "topK"],
  ["stopp", "stop"], // as near as topP, but the same to the fourth letter
])("%s is meant to be %s", (name, meant) => {
  expect(nearest(name, ["maxTokens", "temperature", "topP", "topK", "seed", "stop"])).toBe(meant);
});

test.each([
  ["color"], // nothing is near
  ["esde"], // two letters swapped, twice
  ["topQ"], // topP and topK are equally near
  [""],
])("%j is none of them", (name) => {
  expect(nearest(name, ["maxTokens", "topP", "topK", "seed"])).toBeUndefined();
});
