/** The ways of decoding through tsgpt generate but beams: what plain generation gives, and how each ends. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import { idsOf, json, type Sequence, summed, TINY } from "./completions.ts";
import { fixture, tsgpt } from "./process.ts";

const MODEL = ["--model", fixture("fairytales-1"), "--threads", "1"];
const KING = [...MODEL, "The king said, the king said, the king", "--ignore-eos", "--max-tokens", "24"];

describe.concurrent("--num-samples", () => {
  test("sample i is the text of the seed plus i, and the first stands at the top", async () => {
    const args = [...MODEL, "The king", "--max-tokens", "12"];
    const [all, ...alone] = await Promise.all([
      json(...args, "--num-samples", "3", "--seed", "40"),
      ...[40, 41, 42].map((seed) => json(...args, "--seed", String(seed))),
    ]);
    expect(all.sequences.map(({ text }: Sequence) => text)).toEqual(alone.map(({ text }) => text));
    expect(all.sequences.map(idsOf)).toEqual(alone.map(idsOf));
    expect(new Set(alone.map(({ text }) => text)).size).toBe(3);
    expect({ tokens: all.tokens, text: all.text, seed: all.seed }).toEqual({
      tokens: alone[0].tokens,
      text: alone[0].text,
      seed: 40,
    });
    for (const sequence of all.sequences)
      expect(sequence.score).toBeCloseTo(summed(sequence) / sequence.tokens.length, 10);
  });

  test("each begins with the prompt, in a paragraph of its own", async () => {
    const args = [...MODEL, "The king", "--num-samples", "2", "--seed", "1", "--max-tokens", "4"];
    const [{ stdout, stderr }, { sequences }] = await Promise.all([tsgpt(["generate", ...args]), json(...args)]);
    expect(stdout).toBe(`${sequences.map(({ text }: Sequence) => `The king${text}`).join("\n\n")}\n`);
    expect(stderr).toMatch(/^8 tokens, /);
  });

  test("Ctrl-C ends the sample begun and all after it, exit code 130", async () => {
    const args = ["generate", ...MODEL, "The king", "--num-samples", "1000", "--ignore-eos", "--max-tokens", "100"];
    const { code, stdout, stderr } = await tsgpt(args, { interruptAfter: 20 });
    expect(code).toBe(130);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(Number.parseInt(stderr, 10)).toBeLessThan(10_000);
  });

  test("a reader that has enough ends it quietly", async () => {
    const args = ["generate", ...MODEL, "The king", "--num-samples", "1000", "--ignore-eos"];
    expect(await tsgpt(args, { closeStdoutAfter: 20 })).toMatchObject({ code: 0, stderr: "" });
  });
});

describe.concurrent("speculation", () => {
  test("--prompt-lookup: the ids of greedy search, and what came of the proposals", async () => {
    const [plain, found] = await Promise.all([
      json(...KING, "--greedy"),
      json(...KING, "--greedy", "--prompt-lookup", "--proposals", "2"),
    ]);
    expect(idsOf(found)).toEqual(idsOf(plain));
    const { tokens, forwards, proposed, accepted, acceptanceRate, tokensPerForward, speedUp } = found.speculation;
    expect(tokens).toBe(24);
    expect(accepted).toBeGreaterThan(0);
    expect(proposed).toBeLessThanOrEqual(2 * (forwards - 1));
    expect(acceptanceRate).toBe(accepted / proposed);
    expect(tokensPerForward).toBe(24 / forwards);
    expect(forwards).toBe(24 - accepted);
    expect(speedUp).toBeGreaterThan(0);
  });

  test.each([["--greedy"], ["--seed", "3", "--top-p", "1"]])(
    "--draft-model that is the model itself: all is accepted, %s",
    async (...how) => {
      const args = [...TINY, "--kernels", "reference", ...how];
      const found = await json(...args, "--draft-model", fixture("tiny-tied"));
      expect(found.speculation).toMatchObject({ acceptanceRate: 1, forwards: 3 }); // 1 + 4 + 3 tokens
      if (how.includes("--greedy")) expect(idsOf(found)).toEqual(idsOf(await json(...args)));
    },
  );

  test("--draft-model of another kind: the ids of greedy search all the same, penalties and all", async () => {
    const args = [...TINY, "--kernels", "reference", "--greedy", "--repetition-penalty", "1.3"];
    const [plain, found] = await Promise.all([
      json(...args),
      json(...args, "--draft-model", fixture("tiny-untied"), "--proposals", "4"),
    ]);
    expect(idsOf(found)).toEqual(idsOf(plain));
    expect(found.speculation.acceptanceRate).toBeLessThan(1);
  });

  test("the summary reports it, and the speed-up; --quiet prints nothing", async () => {
    const { stderr } = await tsgpt(["generate", ...KING, "--greedy", "--prompt-lookup"]);
    expect(stderr).toMatch(
      /^24 tokens, .*\n\d+ of \d+ proposals accepted \(\d+%\), \d\.\d\d tokens per pass, \d+\.\d\d times as fast as plain decoding\n$/,
    );
    expect((await tsgpt(["generate", ...KING, "--prompt-lookup", "--quiet"])).stderr).toBe("");
  });

  test("Ctrl-C ends it: a whole line, the summary, exit code 130", async () => {
    const args = [
      "generate",
      ...MODEL,
      "The king",
      "--greedy",
      "--prompt-lookup",
      "--ignore-eos",
      "--max-tokens",
      "500",
    ];
    const run = [...args, "--kernels", "reference"];
    const { code, stdout, stderr } = await tsgpt(run, { interruptAfter: 12 });
    expect(code).toBe(130);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(Number.parseInt(stderr, 10)).toBeLessThan(500);
  });
});

describe.concurrent("--penalty-alpha", () => {
  const contrastive = (name: string) =>
    JSON.parse(readFileSync(join(fixture("decode"), `${name}.json`), "utf8")).contrastive[1];

  test.each(["tiny-tied", "fairytales-1"])("chooses what the reference chooses: %s", async (name) => {
    const { prompt, topK, penaltyAlpha, ids } = contrastive(name);
    const found = await json(
      ...["--model", fixture(name), "--tokens", prompt.join(), "--ignore-eos"],
      ...["--max-tokens", String(ids.length), "--top-k", String(topK), "--penalty-alpha", String(penaltyAlpha)],
    );
    expect(idsOf(found)).toEqual(ids);
    expect(found.seed).toBeUndefined();
  });

  test("looks at what the processors leave", async () => {
    const args = [...TINY, "--penalty-alpha", "0.6"];
    const [plain, changed] = await Promise.all([
      json(...args),
      json(...args, "--banned", "31", "--no-repeat-ngram", "1"),
    ]);
    expect(idsOf(plain)).toContain(31);
    expect(idsOf(changed)).not.toContain(31);
    expect(new Set([1, 2, 3, ...idsOf(changed)]).size).toBe(3 + 8);
  });

  test("alpha 0 is greedy search; --logprobs shows the candidates", async () => {
    const [greedy, found] = await Promise.all([
      json(...TINY, "--greedy", "--logprobs", "2"),
      json(...TINY, "--penalty-alpha", "0", "--logprobs", "2"),
    ]);
    expect(idsOf(found)).toEqual(idsOf(greedy));
    for (const { id, topLogprobs } of found.tokens) expect([topLogprobs.length, topLogprobs[0].id]).toEqual([2, id]);
  });

  test("Ctrl-C ends it: a whole line, exit code 130", async () => {
    const args = ["generate", ...MODEL, "The king", "--penalty-alpha", "0.6", "--ignore-eos", "--max-tokens", "500"];
    const { code, stdout, stderr } = await tsgpt(args, { interruptAfter: 12 });
    expect(code).toBe(130);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(Number.parseInt(stderr, 10)).toBeLessThan(500);
  });
});

describe.concurrent("every way", () => {
  const ways = [
    ["--beams", "2"],
    ["--num-samples", "2"],
    ["--prompt-lookup"],
    ["--draft-model", fixture("fairytales-1")],
    ["--penalty-alpha", "0.6"],
  ];

  test.each(sample(ways, 2))("takes the prompt from stdin, and --verbose reports its caches: %s %s", async (...way) => {
    const args = ["generate", ...MODEL, "--max-tokens", "30", "--verbose", ...way.filter(Boolean)];
    const { code, stdout, stderr } = await tsgpt(args, { input: "The king\n" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The king./);
    expect(stderr).toMatch(/^simd kernels, .* cache (?!0\.0)\d+\.\d MB/);
  });

  test.each(ways)("of no token leaves the prompt: %s %s", async (...way) => {
    const args = [...MODEL, "The king", "--max-tokens", "0", "--quiet", ...way.filter(Boolean)];
    expect(await tsgpt(["generate", ...args])).toEqual({ code: 0, stdout: "The king\n", stderr: "" });
    expect(await json(...args)).toMatchObject({ tokens: [], text: "", finishReason: "length" });
  });
});
