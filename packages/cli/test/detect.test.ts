/** tsgpt detect: its forms, that they say what the library computes, and what it refuses. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { violations } from "./json-schema.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const schema = JSON.parse(readFileSync(new URL("../schemas/detect.json", import.meta.url), "utf8"));
const root = new URL("../../../", import.meta.url);
const reference = JSON.parse(readFileSync(new URL("packages/gpt/test/fixtures/score/fairytales-1.json", root), "utf8"));
const [story] = reference.cases;
const TRAINED = ["--model", fixture("fairytales-1")];
const MODEL = [...TRAINED, "--threads", "1"];
const TOKENS = ["--tokens", reference.ids.slice(0, 300).join()];

const json = async (...args: string[]) => {
  const { stdout, code } = await tsgpt(["detect", ...args, ...MODEL, "--json"]);
  expect(code).toBe(0);
  const found = JSON.parse(stdout);
  expect(violations(found, schema)).toEqual([]);
  return found;
};

describe.concurrent("tsgpt detect", () => {
  test("--json: the statistics of transformers and PyTorch in float64, within 1e-5", async () => {
    const found = await json(...TOKENS);
    for (const key of ["rank", "logRank", "entropy", "lrr", "fastDetectGpt"])
      expect(found[key] / story[key], key).toBeCloseTo(1, 5);
    expect(found.logLikelihood / -story.loss).toBeCloseTo(1, 5);
    const { top10, top100, top1000, rest } = found.classes;
    expect(top10 + top100 + top1000 + rest).toBe(found.scored);
    expect(Object.keys(found)).toEqual([
      "scored",
      "logLikelihood",
      "rank",
      "logRank",
      "entropy",
      "lrr",
      "fastDetectGpt",
      "classes",
    ]);
  });

  test("--perturbations adds detectGpt, the same for the same seed", async () => {
    const args = ["--tokens", reference.ids.slice(0, 60).join(), "--perturbations", "4"];
    const [one, again, other] = await Promise.all([
      json(...args, "--seed", "3"),
      json(...args, "--seed", "3"),
      json(...args),
    ]);
    expect(one.detectGpt).toBe(again.detectGpt);
    expect(one.detectGpt).not.toBe(other.detectGpt);
  });

  test("--watermark-key adds what tsgpt watermark finds", async () => {
    const text = join(emptyFolder(), "story.txt");
    writeFileSync(text, reference.text.slice(0, 800));
    const kind = [
      "--watermark-key",
      "42",
      "--watermark-hash",
      "self",
      "--watermark-width",
      "4",
      "--watermark-gamma",
      "0.5",
    ];
    const { watermark } = await json(`@${text}`, ...kind);
    const { tokens: _, ...expected } = JSON.parse(
      (await tsgpt(["watermark", `@${text}`, ...TRAINED, ...kind, "--json"])).stdout,
    );
    expect(watermark).toEqual(expected);
  });

  test("says in words what each is, in which unit, and that it is no proof", async () => {
    const { stdout, stderr } = await tsgpt([
      "detect",
      ...MODEL,
      ...TOKENS,
      "--perturbations",
      "2",
      "--watermark-key",
      "1",
    ]);
    const names = stdout
      .split("\n")
      .slice(1, -3)
      .map((line) => line.split("  ")[0]);
    expect(names).toEqual([
      "log-likelihood",
      "rank",
      "log-rank",
      "entropy",
      "LRR",
      "Fast-DetectGPT",
      "GLTR top10",
      "GLTR top100",
      "GLTR top1000",
      "GLTR rest",
      "DetectGPT",
      "watermark z",
    ]);
    expect(stdout).toMatch(
      /^299 of 300 tokens scored, recipe transformers \(window 512, stride 256\)\nlog-likelihood +-[\d.]+ {2}nats per token, mean\n/,
    );
    expect(stdout).toMatch(/DetectGPT +-?[\d.]+ {2}2 perturbations, seed 0\n/);
    expect(stdout).toContain("Each is a statistic, neither a proof nor a probability that a model wrote the text");
    expect(stderr).toBe("");
  });

  test("the help has the formula and the source of each", async () => {
    const { stdout } = await tsgpt(["detect", "--help"]);
    for (const source of ["1906.04043", "2301.11305", "2306.05540", "2310.05130", "2301.10226", "1908.09203"])
      expect(stdout).toContain(source);
    expect(stdout).toContain("(sum of ln p(x_t) - sum of mu_t) / sqrt(sum of var_t)");
    expect(stdout.replaceAll(/\s+/g, " ")).toContain("neither a proof nor a probability");
  });

  test("49 scored tokens are few, 50 are not", async () => {
    const few = await tsgpt(["detect", ...MODEL, "--tokens", reference.ids.slice(0, 50).join()]);
    expect(few.stderr).toBe("note: 49 scored tokens: below 50 the statistics of any text vary widely\n");
    const enough = await tsgpt(["detect", ...MODEL, "--tokens", reference.ids.slice(0, 51).join()]);
    expect(enough.stderr).toBe("");
  });

  test.each<[string, string[], number, string]>([
    ["an empty text", [""], 1, "text: the text is empty; there is nothing to score"],
    [
      "a seed without perturbations",
      ["a wolf", "--seed", "1"],
      2,
      "--seed does nothing without --perturbations; give that too",
    ],
    ["one perturbation", ["a wolf", "--perturbations", "1"], 2, "--perturbations <n>' argument '1' is invalid"],
    [
      "a hash without a key",
      ["a wolf", "--watermark-hash", "self", "--watermark-width", "2"],
      2,
      "--watermark-hash and --watermark-width does nothing without --watermark-key; give that too",
    ],
    ["a text too short to rewrite", ["--tokens", "1,2", "--perturbations", "2"], 1, "needs 3 tokens or more, got 2"],
    [
      "a text too short for the window of a watermark",
      ["--tokens", "1,2", "--watermark-key", "1", "--watermark-width", "4"],
      1,
      "nothing to count in 2 tokens, for a token's color takes 4 tokens before it; give a longer text",
    ],
    ["two texts", ["a wolf", "a king"], 2, "too many arguments"],
    [
      "a text without a tokenizer",
      ["a wolf", "--model", fixture("tiny-untied")],
      1,
      'text: model "tiny-untied" has no tokenizer; give --tokens',
    ],
    [
      "a text too short to rewrite, before it is scored",
      ["--tokens", "4,5", "--perturbations", "2"],
      1,
      "error: --perturbations: a text to rewrite needs 3 tokens or more, got 2",
    ],
    [
      "a seed without room for the next ones",
      ["Once upon a time", "--perturbations", "3", "--seed", "9007199254740991"],
      2,
      "error: --seed must be at most 9007199254740988, as each rewrite has the next one, got 9007199254740991",
    ],
    ["a stride beyond the context", ["a wolf", "--stride", "513", ...MODEL], 2, "error: --stride must be at most 512"],
  ])("refuses %s in one clear line", async (_, args, exit, message) => {
    const { code, stdout, stderr } = await tsgpt(["detect", ...args]);
    expect(stderr).toContain(message);
    expect({ code, stdout }).toEqual({ code: exit, stdout: "" });
  });
});
