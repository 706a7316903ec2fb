/** The examples run, and print what their first lines promise. */
import { readFileSync } from "node:fs";
import { expect, test, vi } from "vitest";

/** What an example prints, line by line; the console is clean again afterwards. */
async function printed(load: () => Promise<unknown>): Promise<string> {
  const log = vi.mocked(console.log);
  await load();
  const lines = log.mock.calls.map((args) => args.join(" "));
  log.mockClear();
  return lines.join("\n");
}

test("01-tensor: the product, its softmax, a layer norm", async () => {
  const output = await printed(() => import("../examples/01-tensor.ts"));
  // row 0: 1*1 + 2*0 + 3*1 = 4, 1*0 + 2*1 + 3*1 = 5; row 1: 4 + 6 = 10, 5 + 6 = 11
  expect(output).toContain("a b = Tensor [2, 2]\n[[ 4.0000   5.0000]\n [10.0000  11.0000]]");
  // 1 / (1 + e) = 0.2689
  expect(output).toContain("[[0.2689  0.7311]\n [0.2689  0.7311]]");
  expect(output).toContain("[[-1.2247   0.0000   1.2247]\n [-1.2247   0.0000   1.2247]]");
});

test("02-attention: by hand and by the library agree", async () => {
  const output = await printed(() => import("../examples/02-attention.ts"));
  expect(output.split("\n").at(-1)).toBe("Both agree.");
});

test("03-next-token: five candidates, most likely first, and a choice", async () => {
  const output = await printed(() => import("../examples/03-next-token.ts"));
  const probabilities = [...output.matchAll(/^(0\.\d{4}) {2}"/gm)].map((match) => Number(match[1]));
  expect(probabilities).toHaveLength(5);
  expect(probabilities).toEqual([...probabilities].sort((a, b) => b - a));
  expect(output).toMatch(/Chosen with top-p 0\.9 and seed 1: ".+"$/);
});

test("04-generate: a text in pieces and as a whole", async () => {
  const [pieces = "", whole = "", end] = (await printed(() => import("../examples/04-generate.ts"))).split("\n");
  const text = pieces.replace("Token by token: ", "").replaceAll("|", "");
  expect(text).toMatch(/^Once upon a time .{20}/);
  expect(whole).toBe(`The same seed gives the same text: ${text}`);
  expect(end).toBe("20 tokens, ended by length.");
});

test("05-induction: the constructed head is found, and of the bundled model what its scores say", async () => {
  const output = await printed(() => import("../examples/05-induction.ts"));
  const [bundled, fixture] = output.split(/^(?=\S)/m);
  expect(fixture).toBe(`packages/gpt/test/fixtures/induction: 4 heads
  highest induction score: head 1.0, 1.000
  highest previous-token score: head 0.0, 1.000
  induction heads: 1.0`);
  const [, head, score] = /induction score: head (\d+\.\d+), (0\.\d{3})$/m.exec(bundled ?? "") ?? [];
  expect(Number(score)).toBeGreaterThan(0);
  expect(bundled).toContain(Number(score) < 0.5 ? "no induction head: none reaches 0.5" : `induction heads: ${head}`);
});

test("06-pattern: each repeat of red, blue makes blue likelier, and without one head it is less so", async () => {
  const output = await printed(() => import("../examples/06-pattern.ts"));
  const rows = [...output.matchAll(/^(\d) +(0\.\d{4}) +(0\.\d{4})$/gm)].map(([, ...cells]) => cells.map(Number));
  const blue = rows.map(([, probability = 0]) => probability);
  expect(rows.map(([repeats]) => repeats)).toEqual([0, 1, 2, 3]);
  expect(blue).toEqual([...blue].sort((a, b) => a - b));
  expect(rows[3]?.[2]).toBeLessThan(rows[0]?.[2] ?? 0); // what the weights prefer
  const [, without] = /^3, without head \d+\.\d+: (0\.\d{4})$/m.exec(output) ?? [];
  expect(Number(without)).toBeLessThan(blue[3] ?? 0);
});

test("07-patching: before the first layer the differing word is at its own position, and nowhere else", async () => {
  const output = await printed(() => import("../examples/07-patching.ts"));
  const [residPre = "", z = ""] = output.split(/^z: /m);
  const firstLayer = [...residPre.matchAll(/^(.{8})[ ░▒▓█]{2} *(-?\d\.\d\d)/gm)].map(([, token = "", share]) => [
    token.trim(),
    share,
  ]);
  expect(firstLayer.filter(([, share]) => share !== "0.00" && share !== "-0.00")).toEqual([["king", "1.00"]]);
  expect(firstLayer).toHaveLength(11);
  expect(z.match(/^head \d/gm)?.length).toBeGreaterThan(0);
});

test("08-training: the loss falls from that of random weights, and the model recites its rhyme", async () => {
  const output = await printed(() => import("../examples/08-training.ts"));
  const losses = [...output.matchAll(/^step \d+: loss (\d\.\d\d)/gm)].map(([, loss]) => Number(loss));
  const letters = 26; // different ones in the rhyme
  expect(losses[0]).toBeCloseTo(Math.log(letters), 0);
  expect(losses.at(-1)).toBeLessThan(0.8);
  expect(output).toContain('"Jack fell down a"');
});

test("08-training is under 60 lines", () => {
  expect(readFileSync(new URL("../examples/08-training.ts", import.meta.url), "utf8").split("\n").length).toBeLessThan(
    60,
  );
});

test.each(["01-tensor", "02-attention", "03-next-token", "04-generate", "05-induction", "06-pattern", "07-patching"])(
  "%s is under 40 lines",
  (name) => {
    const text = readFileSync(new URL(`../examples/${name}.ts`, import.meta.url), "utf8");
    expect(text.split("\n").length - 1).toBeLessThan(40);
  },
);
