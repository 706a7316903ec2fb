/** The options of a chain in tsgpt generate: the steps that each dialect makes of them, and what they do to a text. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const IDS = ["--tokens", "1,2,3", "--ignore-eos", "--max-tokens", "8"];
const TINY = ["--model", fixture("tiny-tied"), ...IDS];

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await tsgpt(["generate", "--json", "--quiet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};
const ids = async (...args: string[]): Promise<number[]> =>
  (await json(...args)).tokens.map(({ id }: { id: number }) => id);

/** The chain of the first token. */
const chain = async (...args: string[]) => {
  const { tokens } = await json(...TINY, "--max-tokens", "1", "--trace-sampling", ...args);
  return tokens[0].steps.map(({ step }: { step: object }) => step);
};
const types = async (...args: string[]) => (await chain(...args)).map(({ type }: { type: string }) => type);

/** The tiny model with an end-of-text token. */
function withEos(id: number): string {
  const folder = emptyFolder();
  cpSync(fixture("tiny-tied"), folder, { recursive: true });
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), eos_token_id: id }));
  return folder;
}

const EVERY = [
  ...["--temperature", "0.9", "--top-k", "30", "--top-p", "0.8", "--min-p", "0.01", "--typical", "0.95"],
  ...["--epsilon", "0.0001", "--eta", "0.0002", "--top-n-sigma", "3"],
  ...["--xtc-probability", "0.5", "--xtc-threshold", "0.2"],
  ...["--frequency-penalty", "1.1", "--presence-penalty", "1.2", "--repetition-penalty", "1.3"],
  ...["--no-repeat-ngram", "3", "--dry-multiplier", "0.5", "--dry-base", "1.5", "--dry-allowed-length", "3"],
  ...[
    "--dry-breaker",
    "9,10",
    "--penalty-scope",
    "100",
    "--logit-bias",
    "5:1,6:-1",
    "--banned",
    "7",
    "--banned",
    "8,9",
  ],
  ...["--allowed", "1,2,3,4,5,6,7,8", "--watermark-key", "3", "--watermark-gamma", "0.5", "--watermark-delta", "1"],
  ...["--watermark-hash", "self", "--watermark-width", "2", "--forced-last", "4"],
];
const CONSTRAINTS = ["banned-words", "allowed-tokens", "forced-token"];

describe.concurrent("the chain in generate:", () => {
  test("each option reaches its step, in the lecture's order", async () => {
    expect(await chain(...EVERY)).toEqual([
      { type: "lecture-penalties", frequency: 1.1, presence: 1.2, scope: 100 },
      { type: "repetition-penalty", penalty: 1.3, scope: 100 },
      { type: "no-repeat-ngram", n: 3, scope: 100 },
      { type: "dry", multiplier: 0.5, base: 1.5, allowedLength: 3, breakers: [9, 10], scope: 100 },
      { type: "logit-bias", bias: { 5: 1, 6: -1 } },
      { type: "banned-words", sequences: [[7], [8, 9]] },
      { type: "allowed-tokens", ids: [1, 2, 3, 4, 5, 6, 7, 8] },
      { type: "forced-token", id: 4, at: 0 },
      { type: "temperature", temperature: 0.9 },
      { type: "top-k", k: 30, boundary: "llama.cpp" },
      { type: "top-p", p: 0.8 },
      { type: "min-p", p: 0.01 },
      { type: "typical", mass: 0.95, boundary: "llama.cpp" },
      { type: "epsilon", epsilon: 0.0001 },
      { type: "eta", epsilon: 0.0002 },
      { type: "top-n-sigma", n: 3 },
      { type: "xtc", probability: 0.5, threshold: 0.2 },
      { type: "watermark", key: 3, gamma: 0.5, delta: 1, hash: "self", width: 2 },
    ]);
  });

  test.each<[string, string[]]>([
    [
      "hf",
      [
        ...["logit-bias", "repetition-penalty", "additive-penalties", "no-repeat-ngram", "dry", ...CONSTRAINTS],
        ...["temperature", "top-k", "top-p", "min-p", "typical", "epsilon", "eta", "top-n-sigma", "xtc", "watermark"],
      ],
    ],
    [
      "llama.cpp",
      [
        ...["logit-bias", ...CONSTRAINTS, "repetition-penalty", "additive-penalties", "dry", "no-repeat-ngram"],
        ...["top-n-sigma", "top-k", "typical", "top-p", "min-p", "epsilon", "eta", "xtc", "watermark", "temperature"],
      ],
    ],
    [
      "openai",
      [
        ...["allowed-tokens", "banned-words", "logit-bias", "forced-token", "repetition-penalty", "additive-penalties"],
        ...["no-repeat-ngram", "dry", "temperature", "min-p", "top-k", "top-p", "typical", "epsilon", "eta"],
        ...["top-n-sigma", "xtc", "watermark"],
      ],
    ],
  ])("%s has its own order", async (dialect, expected) => {
    expect(await types(...EVERY, "--dialect", dialect)).toEqual(expected);
  });

  test.each<[string, object[]]>([
    ["lecture", [{ type: "top-p", p: 0.9 }]],
    ["hf", [{ type: "top-k", k: 50, boundary: "hf" }]],
    [
      "llama.cpp",
      [
        { type: "top-k", k: 40, boundary: "llama.cpp" },
        { type: "top-p", p: 0.95 },
        { type: "min-p", p: 0.05 },
        { type: "temperature", temperature: 0.8 },
      ],
    ],
    ["openai", []],
  ])("%s samples by its own defaults", async (dialect, expected) => {
    expect(await chain("--dialect", dialect)).toEqual(expected);
  });

  test.each([
    ["lecture", "1"],
    ["hf", "0"],
    ["llama.cpp", "0"],
    ["openai", "0"],
  ])("under %s a neutral value turns each step off (frequency and presence: %s)", async (dialect, off) => {
    const neutral = [
      ...["--temperature", "1", "--top-k", "0", "--top-p", "1", "--min-p", "0", "--typical", "1", "--epsilon", "0"],
      ...["--eta", "0", "--top-n-sigma", "0", "--xtc-probability", "0", "--mirostat-tau", "0", "--min-tokens", "0"],
      ...["--repetition-penalty", "1", "--no-repeat-ngram", "0", "--dry-multiplier", "0"],
      ...["--frequency-penalty", off, "--presence-penalty", off, "--dialect", dialect],
    ];
    expect(await chain(...neutral)).toEqual([]);
  });

  test("greedy needs no default: hf's top-k is left out", async () => {
    expect(await chain("--dialect", "hf", "--greedy")).toEqual([{ type: "greedy" }]);
  });

  test("mirostat replaces the truncations of its dialect", async () => {
    expect(await chain("--dialect", "llama.cpp", "--mirostat-tau", "3", "--mirostat-eta", "0.2")).toEqual([
      { type: "temperature", temperature: 0.8 },
      { type: "mirostat", tau: 3, eta: 0.2 },
    ]);
  });

  test("llama.cpp's temperature 0 is the most probable token", async () => {
    const [zero, greedy] = await Promise.all([
      ids(...TINY, "--dialect", "llama.cpp", "--temperature", "0"),
      ids(...TINY, "--greedy"),
    ]);
    expect(zero).toEqual(greedy);
  });
});

describe.concurrent("the text in generate:", () => {
  test("a bias of -100, a ban and a list keep tokens out", async () => {
    const greedy = await ids(...TINY, "--greedy");
    const [first] = greedy as [number];
    const [biased, banned, allowed] = await Promise.all([
      ids(...TINY, "--greedy", "--logit-bias", `${first}:-100`),
      ids(...TINY, "--greedy", "--banned", String(first)),
      ids(...TINY, "--allowed", "5,6,7"),
    ]);
    expect(biased).not.toContain(first);
    expect(banned).toEqual(biased);
    expect([5, 6, 7]).toEqual(expect.arrayContaining(allowed));
  });

  test("--banned takes a text, as it is and behind a space, and digits in quotes", async () => {
    const said = [
      "--model",
      fixture("fairytales-1"),
      "He said, He said, He said, He",
      "--greedy",
      "--max-tokens",
      "12",
    ];
    const [plain, banned] = await Promise.all([json(...said), json(...said, "--banned", "said")]);
    expect(plain.text).toContain("said");
    expect(banned.text).not.toContain("said");
    const steps = (await json("a", "--max-tokens", "1", "--trace-sampling", "--banned", '"12"', "--banned", "12"))
      .tokens[0].steps;
    const { sequences } = steps.find(({ step }: { step: { type: string } }) => step.type === "banned-words").step;
    expect(sequences).toHaveLength(3); // "12" and " 12" in tokens, and the token 12
    expect(sequences[2]).toEqual([12]);
    expect((await json(...said, "--banned", ",")).text).not.toContain(",");
  });

  test("--dry-breaker takes a text: the ids of all tokens that hold it", async () => {
    const args = ["a", "--max-tokens", "1", "--trace-sampling", "--dry-multiplier", "1"];
    const breakersOf = async (...given: string[]) => (await json(...args, ...given)).tokens[0].steps[0].step.breakers;
    const [usual, king, none] = await Promise.all([
      breakersOf(),
      breakersOf("--dry-breaker", "king"),
      breakersOf("--dry-breaker", "none"),
    ]);
    expect(usual).toContain(199); // a newline
    expect(king).toContain(581); // " king"
    expect(king).not.toContain(199);
    expect(none).toBeUndefined();
  });

  test("--min-tokens holds the end of the text back", async () => {
    const args = ["--model", withEos(31), "--tokens", "1,2,3", "--greedy", "--max-tokens", "8"];
    expect(await ids(...args)).toEqual([31]);
    const held = await ids(...args, "--min-tokens", "4");
    expect(held.length).toBeGreaterThanOrEqual(5);
    expect(held.slice(0, 4)).not.toContain(31);
  });

  test("--forced-first and --forced-last, also where the context ends first", async () => {
    const forced = await ids(...TINY, "--forced-first", "9", "--forced-last", "8");
    expect([forced[0], forced[7], forced.length]).toEqual([9, 8, 8]);
    const whole = await ids(...TINY, "--max-tokens", "100", "--forced-last", "8"); // 24 positions, 3 of them the prompt's
    expect([whole.length, whole.at(-1)]).toEqual([21, 8]);
  });

  test("a watermark is found by tsgpt watermark", async () => {
    const args = ["Once", "--max-tokens", "100", "--ignore-eos", "--seed", "1", "--watermark-key", "42"];
    const { text } = await json(...args, "--watermark-delta", "4");
    const { stdout } = await tsgpt(["watermark", "--watermark-key", "42", "--json"], { input: `Once${text}` });
    expect(JSON.parse(stdout).flagged).toBe(true);
  });

  test("--penalty-scope generated leaves the prompt out", async () => {
    const args = [...TINY, "--tokens", "1,2,3,31,31", "--greedy", "--repetition-penalty", "3", "--max-tokens", "1"];
    const [all, generated, off] = await Promise.all([
      ids(...args),
      ids(...args, "--penalty-scope", "generated"),
      ids(...args, "--repetition-penalty", "1"),
    ]);
    expect(all).not.toEqual(off);
    expect(generated).toEqual(off);
  });

  test("--logprobs: the n likeliest by the raw logits, whatever is drawn and done before", async () => {
    const { tokens } = await json(
      ...TINY,
      "--logprobs",
      "5",
      "--seed",
      "2",
      "--logit-bias",
      "50:100",
      "--temperature",
      "3",
    );
    for (const { id, logprob, topLogprobs } of tokens) {
      expect(id).toBe(50);
      const logprobs = topLogprobs.map((top: { logprob: number }) => top.logprob);
      expect(logprobs).toEqual([...logprobs].sort((a, b) => b - a));
      expect(Object.keys(topLogprobs[0])).toEqual(["id", "text", "logprob"]);
      expect(logprob).toBeLessThan(logprobs[0]);
    }
    const { tokens: greedy } = await json("The king", "--greedy", "--max-tokens", "2", "--logprobs", "1");
    for (const { id, text, logprob, topLogprobs } of greedy) {
      expect(topLogprobs).toEqual([{ id, text, logprob: expect.closeTo(logprob, 12) }]);
    }
    expect((await json(...TINY, "--logprobs", "0")).tokens[0].topLogprobs).toEqual([]);
  });

  test("the same seed gives the same text on one thread and on two", async () => {
    const args = [
      "Once upon a time",
      "--seed",
      "7",
      "--max-tokens",
      "60",
      "--ignore-eos",
      "--frequency-penalty",
      "1.1",
    ];
    const [one, two] = await Promise.all([json(...args, "--threads", "1"), json(...args, "--threads", "2")]);
    expect(two.tokens).toEqual(one.tokens);
    expect(two.text).toBe(one.text);
  });
});
