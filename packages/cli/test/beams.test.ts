/** Beam search through tsgpt generate: what transformers finds, how it is scored and reported. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadModel } from "@tsgpt/gpt/node";
import { createReferenceEngine } from "@tsgpt/tensor";
import { describe, expect, test } from "vitest";
import { decode } from "../src/generate/decode.ts";
import { idsOf, json, type Sequence, summed, TINY, type Token } from "./completions.ts";
import { emptyFolder, fixture, tsgpt } from "./process.ts";

const FLAGS = { dialect: "lecture", model: "tiny-tied", cache: true } as const;

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
  const models = ["tiny-tied", "tiny-untied", "fairytales-1"];
  test.each(models.flatMap((model) => kinds.map(([kind, is]) => ({ model, kind, is }))))(
    "$model, $kind",
    async ({ model, is }) => {
      const search = fixtures(model).find((found) => found.eos === null && !("earlyStopping" in found) && is(found));
      expect(search).toBeDefined();
      await finds(fixture(model), search as Search);
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
    for (const sequence of sequences) expect(sequence.score).toBeCloseTo(summed(sequence) * sequence.tokens.length, 10);
  });
});

describe.concurrent("--beams", () => {
  test("scores are summed logprobs over the length, the best first; early stopping is off", async () => {
    const { sequences, seed } = await json("The king", "--beams", "3", "--num-return", "3", "--max-tokens", "6");
    expect(sequences).toHaveLength(3);
    // The tokens' logprobs come of a pass over several, the score of steps: float32 sums in two orders.
    for (const sequence of sequences) expect(sequence.score).toBeCloseTo(summed(sequence) / sequence.tokens.length, 5);
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

  test("Ctrl-C in the middle of the search: what was found, a whole line", async () => {
    const model = await loadModel(fixture("tiny-tied"), { engine: createReferenceEngine() });
    const controller = new AbortController();
    let written = "";
    const write = (text: string) => {
      written += text;
    };
    const flags = { ...FLAGS, beams: 8, maxTokens: 20, ignoreEos: true };
    const prompt = { text: null, ids: [1, 2, 3] };
    const running = decode.beams({
      model,
      draft: undefined,
      prompt,
      flags,
      seed: 0,
      signal: controller.signal,
      write,
      heldTexts: [],
    });
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate); // one a layer of the prompt, one a step
    controller.abort();
    const [best] = (await running).completions;
    expect(best?.finishReason).toBe("abort");
    expect(best?.tokens.length).toBeGreaterThan(0);
    expect(best?.tokens.length).toBeLessThan(20);
    expect(written).toBe(`1 2 3 ${best?.tokens.map(({ id }) => id).join(" ")}\n`);
  });
});
