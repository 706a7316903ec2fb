/** The sorted distribution in a terminal. */
import { applyChain } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { distributionChart } from "../src/terminal/distribution-chart.ts";

const profile = (logits: Float32Array | Float64Array, limit: number) =>
  applyChain([], logits, { history: [] }, { limit }).initial;
const lines = (text: string) => text.trimEnd().split("\n");
const wide = (text: string) => Math.max(...lines(text).map((line) => [...line].length));

test("tokens with bars, the tail by ranks, sorted, and what all so far hold", () => {
  // 8, 4 and 2 of 28 parts, and 14 tokens of one part each; the largest bar has 39 cells, 14.29 / 28.57 of it are 19.5.
  const parts = [8, 4, 2, ...Array.from({ length: 14 }, () => 1)];
  const shown = distributionChart(profile(Float64Array.from(parts, Math.log), 3), (id) => `"${id}"`);
  expect(shown).toBe(`\
   rank  token     probability                                            so far
      1  "0"            28.57%  ███████████████████████████████████████   28.57%
      2  "1"            14.29%  ███████████████████▌                      42.86%
      3  "2"             7.14%  █████████▊                                50.00%
   4-10  7 tokens       25.00%  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░        75.00%
  11-17  7 tokens       25.00%  ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░       100.00%
`);
});

test("a further column stands between token and probability", () => {
  const column = { title: "logit", cell: ({ id }: { id: number }) => `${id}.5`, probabilityTitle: "now" };
  const shown = lines(distributionChart(profile(Float32Array.of(0, 0), 1), String, column));
  expect(shown[0]).toMatch(/^ {2}rank {2}token {4}logit {5}now +so far$/);
  expect(shown[1]).toMatch(/^ {5}1 {2}0 {10}0\.5 {2}50\.00% {2}█+ +50\.00%$/);
  expect(shown[2]).toMatch(/^ {5}2 {2}1 token {9}50\.00% {2}░+ +100\.00%$/);
});

test("50,257 tokens, some of them long, fit 80 columns", () => {
  const logits = Float32Array.from({ length: 50257 }, (_, id) => -((id * 7919) % 50257) / 1000);
  const long = (id: number) => (id === 0 ? `"${" internationalization".repeat(3)}"` : `"é😀${id}"`);
  const column = { title: "before", cell: () => "0.0000012%", probabilityTitle: "after" };
  const shown = distributionChart(profile(logits, 20), long, column);
  expect(wide(shown)).toBe(80);
  expect(lines(shown)).toHaveLength(1 + 20 + 4);
  expect(shown).toContain('" internationalizat…');
  expect(lines(shown).at(-1)).toMatch(/^ {2}10001-50257 {2}40257 tokens/);
});

test("what is small is neither rounded to 0 nor hidden in 100%", () => {
  const shown = lines(distributionChart(profile(Float32Array.of(0, -11, -17), 3), String));
  // e^-11 = 1.67e-5, e^-17 = 4.14e-8
  expect(
    shown.slice(1).map((line) =>
      line
        .trim()
        .split(/ +/)
        .filter((cell) => cell.includes("%")),
    ),
  ).toEqual([
    ["100.00%", ">99.99%"],
    ["0.0017%", ">99.99%"],
    ["0.0000041%", "100.00%"],
  ]);
});

test("a probability too small for a number is 0% and has no bar", () => {
  expect(lines(distributionChart(profile(Float32Array.of(0, -1000), 2), String))[2]).toMatch(
    /^ {5}2 {2}1 +0% +100\.00%$/,
  );
});
