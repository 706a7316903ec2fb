/** The ways of decoding through tsgpt generate: what transformers finds, what plain generation gives, and how each ends. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

interface Token {
  id: number;
  text: string | null;
  logprob: number;
  topLogprobs?: { id: number; logprob: number }[];
}
interface Sequence {
  tokens: Token[];
  text: string | null;
  score: number;
  finishReason: string;
}

const TINY = ["--model", fixture("tiny-tied"), "--tokens", "1,2,3", "--ignore-eos", "--max-tokens", "8"];
const KING = ["The king said, the king said, the king", "--ignore-eos", "--max-tokens", "24"];

const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await tsgpt(["generate", "--json", "--quiet", ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return JSON.parse(stdout);
};
const idsOf = ({ tokens }: Pick<Sequence, "tokens">) => tokens.map(({ id }) => id);
const summed = ({ tokens }: Sequence) => tokens.reduce((sum, { logprob }) => sum + logprob, 0);

describe.concurrent("--beams finds what transformers finds:", () => {
  interface Search {
    prompt: number[];
    eos: number | null;
    maxTokens: number;
    beams?: number;
    numReturn?: number;
    lengthPenalty?: number;
    earlyStopping?: unknown;
    repetitionPenalty?: number;
    noRepeatNgram?: number;
    sequences: { ids: number[]; score: number }[];
  }
  const SCORE_RTOL = 2e-6; // float32 sums there, as in packages/gpt/test/beam-search.test.ts

  const fixtures = (name: string): Search[] =>
    JSON.parse(readFileSync(join(fixture("decode"), `${name}.json`), "utf8")).beams;

  /** As the fixtures have it: without beams named 4, one text, and no option that the command has not. */
  const argsOf = (model: string, search: Search) => [
    ...["--model", model, "--tokens", search.prompt.join(), "--max-tokens", String(search.maxTokens)],
    ...(search.eos === null ? ["--ignore-eos"] : []),
    ...["--beams", String(search.beams ?? 4), "--dialect", "hf"],
    ...(search.numReturn === undefined ? [] : ["--num-return", String(search.numReturn)]),
    ...(search.lengthPenalty === undefined ? [] : ["--length-penalty", String(search.lengthPenalty)]),
    ...(search.repetitionPenalty === undefined ? [] : ["--repetition-penalty", String(search.repetitionPenalty)]),
    ...(search.noRepeatNgram === undefined ? [] : ["--no-repeat-ngram", String(search.noRepeatNgram)]),
  ];

  async function finds(model: string, search: Search): Promise<void> {
    const result = await json(...argsOf(model, search));
    expect(result.sequences.map(idsOf)).toEqual(search.sequences.map(({ ids }) => ids));
    for (const [i, { score }] of search.sequences.entries()) {
      expect(Math.abs(result.sequences[i].score - score)).toBeLessThan(SCORE_RTOL * Math.abs(score));
    }
    expect(result.tokens).toEqual(result.sequences[0].tokens);
    expect(result.text).toEqual(result.sequences[0].text);
  }

  const kinds: [string, (search: Search) => boolean][] = [
    ["8 beams", ({ beams }) => beams === 8],
    ["a length penalty of 2", ({ lengthPenalty, noRepeatNgram }) => lengthPenalty === 2 && !noRepeatNgram],
    ["a repetition penalty", ({ repetitionPenalty, noRepeatNgram }) => repetitionPenalty === 1.3 && !noRepeatNgram],
    ["no n-gram twice", ({ noRepeatNgram, repetitionPenalty }) => !!noRepeatNgram && !repetitionPenalty],
  ];
  const models = ["tiny-tied", "tiny-untied", "fairytales"];
  test.each(models.flatMap((model) => kinds.map(([kind, is]) => ({ model, kind, is }))))(
    "$model, $kind",
    async ({ model, is }) => {
      const search = fixtures(model).find((found) => found.eos === null && !("earlyStopping" in found) && is(found));
      expect(search).toBeDefined();
      await finds(model === "fairytales" ? model : fixture(model), search as Search);
    },
  );

  test("texts that end in an end-of-text token, and a negative length penalty", async () => {
    const searches = fixtures("tiny-tied").filter(({ eos, earlyStopping }) => eos !== null && !earlyStopping);
    const search = searches.find(({ numReturn, sequences }) => {
      return (numReturn ?? 1) > 1 && new Set(sequences.map(({ ids }) => ids.length)).size > 1;
    }) as Search;
    const folder = emptyFolder();
    cpSync(fixture("tiny-tied"), folder, { recursive: true });
    const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"));
    writeFileSync(join(folder, "config.json"), JSON.stringify({ ...config, eos_token_id: search.eos }));
    await finds(folder, search);
    const { sequences } = await json(...argsOf(folder, search), "--length-penalty", "-1");
    for (const story of sequences) expect(story.score).toBeCloseTo(summed(story) * story.tokens.length, 10);
  });
});

describe.concurrent("--beams", () => {
  test("scores are summed logprobs over the length, the best first; early stopping is off", async () => {
    const { sequences, seed } = await json("The king", "--beams", "3", "--num-return", "3", "--max-tokens", "6");
    expect(sequences).toHaveLength(3);
    // The tokens' logprobs come of a pass over several, the score of steps: float32 sums in two orders.
    for (const story of sequences) expect(story.score).toBeCloseTo(summed(story) / story.tokens.length, 5);
    const scores = sequences.map(({ score }: Sequence) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(seed).toBeUndefined();
  });

  test("one beam is greedy search, scored as beams are, with a processor too", async () => {
    const [plain, beam] = await Promise.all([json(...TINY, "--greedy"), json(...TINY, "--beams", "1")]);
    expect(idsOf(beam)).toEqual(idsOf(plain));
    expect(beam.sequences[0].score).toBeCloseTo(summed(beam.sequences[0]) / 8, 10);
    const biased = await json(...TINY, "--beams", "1", "--logit-bias", "3:1.5");
    const count = idsOf(biased).filter((id) => id === 3).length;
    expect(count).toBeGreaterThan(0);
    expect(biased.sequences[0].score).toBeCloseTo((summed(biased.sequences[0]) + 1.5 * count) / 8, 10);
  });

  test("--logprobs are the raw ones, whatever the processors do", async () => {
    const { tokens } = await json(...TINY, "--beams", "2", "--banned", "31", "--logprobs", "61");
    for (const { id, logprob, topLogprobs } of tokens as Required<Token>[]) {
      expect(topLogprobs).toHaveLength(61);
      expect(topLogprobs.find((other) => other.id === id)?.logprob).toBeCloseTo(logprob, 12);
      expect(topLogprobs.some((other) => other.id === 31)).toBe(true);
      expect(id).not.toBe(31);
    }
  });

  test("prints each text with its prompt, a paragraph each", async () => {
    const args = ["The king", "--beams", "2", "--num-return", "2", "--max-tokens", "4"];
    const [{ stdout, stderr }, { sequences }] = await Promise.all([tsgpt(["generate", ...args]), json(...args)]);
    expect(stdout).toBe(`${sequences.map(({ text }: Sequence) => `The king${text}`).join("\n\n")}\n`);
    expect(stderr).toMatch(/^8 tokens, /);
  });

  test("Ctrl-C before there is any output: what was found, a whole line, exit code 130", async () => {
    const args = ["The king", "--beams", "8", "--max-tokens", "500", "--ignore-eos", "--kernels", "reference"];
    const { code, stdout } = await tsgpt(["generate", ...args], { interruptAtMilliseconds: 1500 });
    expect(code).toBe(130);
    expect(stdout).toMatch(/^(The king.*\n)?$/s); // nothing, if the model was still loading
  });
});

describe.concurrent("--num-samples", () => {
  test("sample i is the text of the seed plus i, and the first stands at the top", async () => {
    const args = ["The king", "--max-tokens", "12"];
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
    for (const story of all.sequences) expect(story.score).toBeCloseTo(summed(story) / story.tokens.length, 10);
  });

  test("each begins with the prompt, in a paragraph of its own", async () => {
    const args = ["The king", "--num-samples", "2", "--seed", "1", "--max-tokens", "4"];
    const [{ stdout, stderr }, { sequences }] = await Promise.all([tsgpt(["generate", ...args]), json(...args)]);
    expect(stdout).toBe(`${sequences.map(({ text }: Sequence) => `The king${text}`).join("\n\n")}\n`);
    expect(stderr).toMatch(/^8 tokens, /);
  });

  test("Ctrl-C ends the sample begun and all after it, exit code 130", async () => {
    const args = ["generate", "The king", "--num-samples", "1000", "--ignore-eos", "--max-tokens", "100"];
    const { code, stdout, stderr } = await tsgpt(args, { interruptAfter: 20 });
    expect(code).toBe(130);
    expect(stdout.endsWith("\n")).toBe(true);
    expect(Number.parseInt(stderr, 10)).toBeLessThan(10_000);
  });

  test("a reader that has enough ends it quietly", async () => {
    const args = ["generate", "The king", "--num-samples", "1000", "--ignore-eos"];
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

  test("the summary tells of it, and how much faster it was; --quiet tells nothing", async () => {
    const { stderr } = await tsgpt(["generate", ...KING, "--greedy", "--prompt-lookup"]);
    expect(stderr).toMatch(
      /^24 tokens, .*\n\d+ of \d+ proposals accepted \(\d+%\), \d\.\d\d tokens a pass, \d+\.\d\d times as fast as without\n$/,
    );
    expect((await tsgpt(["generate", ...KING, "--prompt-lookup", "--quiet"])).stderr).toBe("");
  });

  test("Ctrl-C ends it: a whole line, the summary, exit code 130", async () => {
    const args = ["generate", "The king", "--greedy", "--prompt-lookup", "--ignore-eos", "--max-tokens", "500"];
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

  test.each(["tiny-tied", "fairytales"])("chooses what the reference chooses: %s", async (name) => {
    const { prompt, topK, penaltyAlpha, ids } = contrastive(name);
    const found = await json(
      ...["--model", name === "fairytales" ? name : fixture(name), "--tokens", prompt.join(), "--ignore-eos"],
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

  test("alpha 0 is greedy search; --logprobs tells what it chose from", async () => {
    const [greedy, found] = await Promise.all([
      json(...TINY, "--greedy", "--logprobs", "2"),
      json(...TINY, "--penalty-alpha", "0", "--logprobs", "2"),
    ]);
    expect(idsOf(found)).toEqual(idsOf(greedy));
    for (const { id, topLogprobs } of found.tokens) expect([topLogprobs.length, topLogprobs[0].id]).toEqual([2, id]);
  });

  test("Ctrl-C ends it: a whole line, exit code 130", async () => {
    const args = ["generate", "The king", "--penalty-alpha", "0.6", "--ignore-eos", "--max-tokens", "500"];
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
    ["--draft-model", "fairytales"],
    ["--penalty-alpha", "0.6"],
  ];

  test.each(ways)("takes the prompt from stdin, and --verbose tells its caches: %s %s", async (...way) => {
    const args = ["generate", "--max-tokens", "30", "--verbose", ...way.filter(Boolean)];
    const { code, stdout, stderr } = await tsgpt(args, { input: "The king\n" });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The king./);
    expect(stderr).toMatch(/^simd kernels, .* cache (?!0\.0)\d+\.\d MB/);
  });

  test.each(ways)("of no token leaves the prompt: %s %s", async (...way) => {
    const args = ["The king", "--max-tokens", "0", "--quiet", ...way.filter(Boolean)];
    expect(await tsgpt(["generate", ...args])).toEqual({ code: 0, stdout: "The king\n", stderr: "" });
    expect(await json(...args)).toMatchObject({ tokens: [], text: "", finishReason: "length" });
  });
});
