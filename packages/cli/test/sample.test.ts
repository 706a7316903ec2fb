/** tsgpt sample: worked examples, each dialect's boundaries by hand, and what files may hold. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { sampleCommand } from "../src/commands/sample.ts";
import { createProgram } from "../src/program.ts";
import { captured } from "./captured.ts";
import { emptyFolder, tsgpt } from "./process.ts";

const printed = (...args: string[]) =>
  captured(async () => (await createProgram("sample")).parseAsync(["sample", ...args], { from: "user" }));
const json = async (...args: string[]) => JSON.parse(await printed("--json", ...args));
const probabilities = async (...args: string[]): Promise<number[]> => (await json(...args)).probabilities;

/** The ids that are left. */
const left = async (...args: string[]) =>
  (await probabilities(...args)).flatMap((probability, id) => (probability > 0 ? [id] : []));

/** exp(z_i) / sum_j exp(z_j), by its definition; "-" for what is gone. */
function softmax(...logits: (number | "-")[]): number[] {
  const weights = logits.map((logit) => (logit === "-" ? 0 : Math.exp(logit)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

async function gives(args: string[], expected: number[], tolerance = 1e-12): Promise<void> {
  const found = await probabilities(...args);
  expect(found).toHaveLength(expected.length);
  for (const [id, probability] of expected.entries()) {
    expect(Math.abs((found[id] as number) - probability), `token ${id}: ${found[id]}, not ${probability}`).toBeLessThan(
      tolerance,
    );
  }
}

const LECTURE = ["--logits", "0.8,0.9,0.1,0.4", "--history", "0,1,0,2,0,0"];
const PENALTIES = ["--frequency-penalty", "1.1", "--presence-penalty", "1.2"];
// Of 0,-1,-2: probabilities 0.6652, 0.2447, 0.0900; surprise 0.588, 2.031, 3.474 bits; entropy 0.8324 nats.
const DECLINING = ["--logits", "0,-1,-2"];
const TIED = ["--logits", "0,0,0,0"]; // 0.25 each, without rounding

describe("tsgpt sample", () => {
  test("the lecture's example: k = 1.6, 1.3, 1.3, 1 (the slide's .305 and .320 are rounded midway)", () =>
    gives([...LECTURE, ...PENALTIES], [0.26512, 0.32133, 0.17366, 0.23989], 1e-5));

  test("prints the steps and the final distribution, the most probable first", async () => {
    expect(await printed(...LECTURE, ...PENALTIES, "--top-k", "3")).toBe(`\
the next token after 6 tokens, by 4 logits

  tokens   4
  entropy  1.93 bits, as of 3.82 equally probable tokens
  head     4 tokens hold 90%

  rank  token  logit  probability                                         so far
     1  1      0.900       33.78%  ████████████████████████████████████   33.78%
     2  0      0.800       30.56%  ████████████████████████████████▋      64.34%
     3  3      0.400       20.49%  █████████████████████▉                 84.82%
     4  2      0.100       15.18%  ████████████████▏                     100.00%

lecture-penalties (frequency 1.1, presence 1.2, scope all)
  tokens   4
  entropy  1.93 -> 1.97 bits
  head     4 tokens hold 90%

  rank  token  before   after                                             so far
     1  1      33.78%  32.13%  ████████████████████████████████████████   32.13%
     2  0      30.56%  26.51%  █████████████████████████████████          58.65%
     3  3      20.49%  23.99%  █████████████████████████████▉             82.63%
     4  2      15.18%  17.37%  █████████████████████▋                    100.00%

top-k (k 3, boundary llama.cpp)
  tokens   4 -> 3
  entropy  1.97 -> 1.57 bits
  head     4 -> 3 tokens hold 90%
  removed  17.4%: 2 17.4%

  rank  token  before   after                                             so far
     1  1      32.13%  38.89%  ████████████████████████████████████████   38.89%
     2  0      26.51%  32.08%  █████████████████████████████████          70.97%
     3  3      23.99%  29.03%  █████████████████████████████▉            100.00%
`);
  });

  test.each(["lecture", "hf", "llama.cpp", "openai"])("%s adds no default of its own", (dialect) =>
    gives(["--logits", "0.8,0.9,0.1,0.4", "--dialect", dialect], softmax(0.8, 0.9, 0.1, 0.4)),
  );

  test("a first number that is negative, behind a space or =, and -inf", async () => {
    await gives(["--logits", "-1,2"], softmax(-1, 2));
    await gives(["--logits=-1,2"], softmax(-1, 2));
    await gives(["--logits", "-inf,2,1"], softmax("-", 2, 1));
  });

  test("top-k 2 of 2,1,1,0: transformers keeps what ties with the second, llama.cpp two", async () => {
    const args = ["--logits", "2,1,1,0", "--top-k", "2"];
    await gives([...args, "--dialect", "hf"], softmax(2, 1, 1, "-"));
    await gives([...args, "--dialect", "llama.cpp"], softmax(2, 1, "-", "-"));
  });

  test.each(["hf", "llama.cpp"])("top-p, %s: a mass that is reached exactly adds no token", async (dialect) => {
    expect(await left(...TIED, "--dialect", dialect, "--top-p", "0.5")).toHaveLength(2);
    expect(await left(...TIED, "--dialect", dialect, "--top-p", "0.51")).toHaveLength(3);
  });

  test("typical 0.5 of four ties: transformers keeps all, llama.cpp stops above a half", async () => {
    expect(await left(...TIED, "--dialect", "hf", "--typical", "0.5")).toHaveLength(4);
    expect(await left(...TIED, "--dialect", "llama.cpp", "--typical", "0.5")).toHaveLength(3);
  });

  test("llama.cpp heats last: top-p 0.7 keeps two of 0,-1,-2 and, after a temperature of 10, three", async () => {
    const args = [...DECLINING, "--top-p", "0.7", "--temperature", "10"];
    await gives([...args, "--dialect", "llama.cpp"], softmax(0, -0.1, "-"));
    await gives([...args, "--dialect", "hf"], softmax(0, -0.1, -0.2));
  });

  test.each<[string, string[], (number | "-")[]]>([
    ["min-p 0.2: exp(-1) = 0.37 of the largest stays, exp(-2) = 0.14 goes", ["--min-p", "0.2"], [0, -1, "-"]],
    ["epsilon 0.3", ["--epsilon", "0.3"], [0, "-", "-"]],
    ["eta 0.3: the bound is sqrt(0.3) exp(-0.8324) = 0.238", ["--eta", "0.3"], [0, -1, "-"]],
    ["top-n-sigma 1: the deviation is 0.816", ["--top-n-sigma", "1"], [0, "-", "-"]],
    ["mirostat: tau 1 bounds the surprise by 2 bits", ["--mirostat-tau", "1"], [0, "-", "-"]],
    ["mirostat: tau 1.1 by 2.2 bits", ["--mirostat-tau", "1.1"], [0, -1, "-"]],
    ["xtc: of 0.67 and 0.24 the least likely stays", ["--xtc-probability", "1"], ["-", -1, -2]],
    ["greedy", ["--greedy"], [0, "-", "-"]],
    ["llama.cpp's temperature 0", ["--dialect", "llama.cpp", "--temperature", "0"], [0, "-", "-"]],
    ["a bias", ["--logit-bias", "2:3,0:-1"], [-1, -1, 1]],
    ["a banned token", ["--banned", "0"], ["-", -1, -2]],
    ["a banned sequence", ["--banned", "2,1", "--banned", "1,0", "--history", "2"], [0, "-", -2]],
    ["allowed tokens", ["--allowed", "2,1"], ["-", -1, -2]],
    ["a first token, at its place", ["--forced-first", "2", "--history", "0", "--prompt-length", "1"], ["-", "-", 0]],
    ["a first token, past its place", ["--forced-first", "2", "--history", "0"], [0, -1, -2]],
    [
      "repetition: divides what is positive, multiplies the rest",
      ["--repetition-penalty", "2", "--history", "1,1"],
      [0, -2, -2],
    ],
    ["no 2-gram twice: 0,1 was, so 1 goes", ["--no-repeat-ngram", "2", "--history", "0,1,0"], [0, "-", -2]],
    [
      "DRY: 2 would make 0,1,2 come again: 0.5 x 1.75^0",
      ["--dry-multiplier", "0.5", "--history", "0,1,2,0,1"],
      [0, -1, -2.5],
    ],
    [
      "DRY: 1 breaks a sequence",
      ["--dry-multiplier", "0.5", "--dry-breaker", "1", "--history", "0,1,2,0,1"],
      [0, -1, -2],
    ],
  ])("%s", (_, args, expected) => gives([...DECLINING, ...args], softmax(...expected)));

  const additive = ["--frequency-penalty", "0.5", "--presence-penalty", "0.25", "--history", "0,1,1"];

  test("openai's penalties count what was generated, llama.cpp's the prompt too", async () => {
    const args = [...DECLINING, ...additive, "--prompt-length", "1"];
    await gives([...args, "--dialect", "openai"], softmax(0, -1 - 2 * 0.5 - 0.25, -2));
    await gives([...args, "--dialect", "llama.cpp"], softmax(-0.5 - 0.25, -1 - 2 * 0.5 - 0.25, -2));
  });

  test("--penalty-scope 1 counts the last token alone", () =>
    gives([...DECLINING, ...additive, "--dialect", "hf", "--penalty-scope", "1"], softmax(0, -1 - 0.5 - 0.25, -2)));

  test("a penalty below 0 favors what has occurred", () =>
    gives([...DECLINING, "--dialect", "openai", "--frequency-penalty", "-1", "--history", "2"], softmax(0, -1, -1)));

  test.each([
    ["lecture", "1"],
    ["hf", "0"],
    ["llama.cpp", "0"],
    ["openai", "0"],
  ])("under %s a frequency and presence penalty of %s is off", async (dialect, off) => {
    const args = ["--frequency-penalty", off, "--presence-penalty", off, "--history", "1", "--dialect", dialect];
    expect((await json(...DECLINING, ...args)).chain).toEqual([]);
  });

  test("a watermark raises green logits by delta, and which they are is the key's", async () => {
    const args = ["--logits", Array.from({ length: 400 }, () => 0).join(), "--history", "7"];
    const green = async (key: string) => {
      const found = await probabilities(...args, "--watermark-key", key, "--watermark-delta", "1");
      return found.flatMap((probability, id) => (probability > 1 / 400 ? [id] : []));
    };
    const [one, other] = [await green("1"), await green("2")];
    expect(one.length).toBeGreaterThan(75); // a quarter of 400, with a deviation of 8.7
    expect(one.length).toBeLessThan(125);
    expect(other).not.toEqual(one);
  });

  test("--json tells of each step what it was given, kept, cut and left ahead", async () => {
    const { dialect, chain, history, steps } = await json(...DECLINING, "--top-k", "2", "--dialect", "hf");
    expect({ dialect, chain, history }).toEqual({
      dialect: "hf",
      chain: [{ type: "top-k", k: 2, boundary: "hf" }],
      history: [],
    });
    const [step] = steps;
    const keys = ["step", "before", "kept", "massRemoved", "removed", "entropyBits", "headSize", "top", "tail"];
    expect(Object.keys(step)).toEqual(keys);
    expect(step).toMatchObject({ before: 3, kept: 2, headSize: 2, tail: [] });
    expect(step.massRemoved).toBeCloseTo(0.09003, 5);
    expect(step.removed).toEqual([{ id: 2, probability: step.massRemoved }]);
    expect(step.entropyBits).toBeCloseTo(0.83998, 4); // of 0.7311 and 0.2689
    const given = [0.66524, 0.24473].map((share) => expect.closeTo(share, 5));
    expect(step.top).toEqual(
      [0.73106, 0.26894].map((share, id) => ({ id, probability: expect.closeTo(share, 5), given: given[id] })),
    );
  });

  test("--json without a step has the distribution too: before the chain it is what it is after it", async () => {
    const result = await json(...DECLINING);
    expect(Object.keys(result)).toEqual(["dialect", "chain", "history", "initial", "steps", "top", "probabilities"]);
    const { initial, steps, top } = result;
    expect(Object.keys(initial)).toEqual(["kept", "entropyBits", "headSize", "top", "tail"]);
    expect(initial).toMatchObject({
      kept: 3,
      headSize: 2,
      entropyBits: expect.closeTo(0.8324 / Math.LN2, 4),
      tail: [],
    });
    expect({ steps, top }).toEqual({ steps: [], top: initial.top });
    expect(Object.keys(top[0])).toEqual(["id", "probability"]);
  });

  test("the chance that xtc took is shown", async () => {
    const args = [...DECLINING, "--xtc-probability", "0.5", "--seed", "1"];
    const { steps, probabilities } = await json(...args);
    const [{ uniform, kept }] = steps;
    expect(kept).toBe(uniform < 0.5 ? 2 : 3);
    expect(probabilities[0] === 0).toBe(uniform < 0.5);
    expect(await printed(...args)).toContain(`random number ${uniform.toFixed(3)}`);
  });

  test("--draws counts; the same seed draws the same", async () => {
    const args = [...DECLINING, "--draws", "10000", "--top-k", "2"];
    const first = await json(...args, "--seed", "5");
    const again = await json(...args, "--seed", "5");
    const other = await json(...args, "--seed", "6");
    const { count, seed, counts } = first.draws;
    expect({ count, seed, sum: counts[0] + counts[1], cut: counts[2] }).toEqual({
      count: 10000,
      seed: 5,
      sum: 10000,
      cut: 0,
    });
    expect(Math.abs(counts[0] - 7311)).toBeLessThan(4 * 44); // deviation sqrt(10000 x 0.7311 x 0.2689) = 44
    expect(again.draws).toEqual(first.draws);
    expect(other.draws.counts).not.toEqual(counts);
    expect(await printed(...args, "--seed", "5")).toMatch(
      new RegExp(
        `\n10000 draws, seed 5\n  token +final +drawn +of all draws\n  0 +0\\.73106 +${counts[0]} +7\\d(\\.\\d)?%\n`,
      ),
    );
  });

  test("with draws, xtc takes its chance anew each time, and that is said", async () => {
    const stdout = await printed(...DECLINING, "--xtc-probability", "0.5", "--draws", "1000");
    expect(stdout).toMatch(/xtc drew a new random number for each draw/);
    const { draws } = await json(...DECLINING, "--xtc-probability", "0.5", "--draws", "10000");
    expect(draws.counts[0] / 10000).toBeCloseTo(0.6652 / 2, 1); // gone half of the time
  });

  test("50,257 logits from a file: 20 tokens alone or 10 beside a chain, the tail by ranks, 80 columns wide", async () => {
    const file = join(emptyFolder(), "row.json");
    writeFileSync(file, JSON.stringify(Array.from({ length: 50257 }, (_, id) => -((id * 7919) % 50257) / 1000)));
    expect(await probabilities("--logits", `@${file}`, "--top-k", "40")).toHaveLength(50257);
    const ranks = async (...args: string[]) => {
      const stdout = await printed("--logits", `@${file}`, ...args);
      expect(Math.max(...stdout.split("\n").map((line) => [...line].length))).toBe(80);
      return [...stdout.matchAll(/^ +([\d-]+) {2}\d+ tokens? /gm)].map(([, rank]) => rank);
    };
    expect(await ranks()).toEqual(["21-100", "101-1000", "1001-10000", "10001-50257"]);
    const tails = ["11-100", "101-1000", "1001-10000", "10001-50257", "11-40"];
    expect(await ranks("--top-k", "40")).toEqual(tails);
  });

  test("a reader that has enough ends it quietly", async () => {
    const row = Array.from({ length: 9000 }, () => 1).join();
    const outcome = await tsgpt(["sample", "--logits", row, "--json"], { closeStdoutAfter: 10 });
    expect(outcome).toMatchObject({ code: 0, stderr: "" });
  });
});

test("Ctrl-C ends the draws: nothing is printed, exit code 130", async () => {
  const before = process.exitCode;
  const write = vi.spyOn(process.stdout, "write");
  const options = { dialect: "lecture", dtype: "auto", kernels: "auto", logits: { row: [1, 2] } } as const;
  const running = sampleCommand({ ...options, draws: 100_000_000 });
  for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  process.emit("SIGINT");
  await running;
  const { exitCode } = process;
  process.exitCode = before;
  expect(exitCode).toBe(130);
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
});
