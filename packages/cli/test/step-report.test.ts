/** What steps did, in lines that fit a terminal. */
import { applyChain, type ChainSpec } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { chainLines, sharesLine, wrapped } from "../src/terminal/step-report.ts";

const shares = Float64Array.from([4, 3, 2, 1], Math.log);
const described = (chain: ChainSpec, uniform = 0) => {
  const { initial, steps } = applyChain(chain, shares, { history: [] }, { uniform: () => uniform });
  return chainLines(initial, steps, (id) => `"${id}"`);
};

test("what the model gives, then each step", () => {
  expect(
    described([
      { type: "temperature", temperature: 1 },
      { type: "top-k", k: 2 },
    ]),
  ).toBe(`\
  model: 4 tokens, entropy 1.85 bits, 3 tokens hold 90%
    top: "0" 40%, "1" 30%, "2" 20%, "3" 10%
  temperature (temperature 1): 4 left
    entropy 1.85 bits, 3 tokens hold 90%
    top: "0" 40%, "1" 30%, "2" 20%, "3" 10%
  top-k (k 2): 4 -> 2 left, mass removed 30%
    entropy 0.99 bits, 2 tokens hold 90%
    top: "0" 57.1%, "1" 42.9%
    removed: "2" 20%, "3" 10%
`);
});

test("without a step, the distribution itself", () => {
  expect(described([])).toMatch(
    /^ {2}model: 4 tokens, entropy 1\.85 bits, .*\n {2}rank .*\n {5}1 {2}"0" +40\.00% {2}█+ +40\.00%\n/,
  );
});

test("chance and mu stand beside the entropy", () => {
  expect(described([{ type: "xtc", probability: 0.5, threshold: 0.3 }], 0.25)).toContain(
    "bits, 3 tokens hold 90%, random number 0.250\n",
  );
  expect(described([{ type: "mirostat", tau: 0.5, eta: 0.1 }])).toContain("bits, 1 token holds 90%, mu 1.00 bits\n");
});

test("so many tokens are named as fit a line, five at most", () => {
  const list = Array.from({ length: 10 }, (_, id) => ({ id, probability: 0.1 }));
  expect(sharesLine("cut: ", list, 12, String)).toBe("cut: 0 10%, 1 10%, 2 10%, 3 10%, 4 10%, and 7 more");
  const long = sharesLine("cut: ", list, 12, (id) => `"a token of 20 letters${id}"`);
  expect(long).toBe('cut: "a token of 20 letters0" 10%, "a token of 20 letters1" 10%, and 10 more');
  expect(sharesLine("cut: ", list.slice(0, 1), 1, () => "x".repeat(90))).toBe(`cut: ${"x".repeat(90)} 10%`);
});

test("a long name is broken at blanks", () => {
  const words = Array.from({ length: 30 }, (_, i) => `word${i}`);
  const lines = wrapped(words.join(" "), "  ").split("\n");
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(lines.map((line) => line.search(/\S/))).toEqual([2, 4, 4]);
  expect(lines.join(" ").split(/ +/).slice(1)).toEqual(words);
});
