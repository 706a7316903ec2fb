/**
 * Beam search finds what transformers 5.18 finds (fixtures by tools/reference/make_decode_fixtures.py): the same sequences, in the
 * same order, with the same scores. Runs in Node, and in Chromium by test/browser. What else it does: beam-rules.test.ts.
 */
import { logSoftmax, referenceEngine, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import type { BeamOptions } from "../src/decode/beam-rules.ts";
import { type BeamSearchOptions, beamSearch, type LogProbabilities } from "../src/decode/beam-search.ts";
import { engines } from "./engines.ts";
import { loadFixture, readBytes } from "./fixture-files.ts";

const fixtures = "packages/gpt/test/fixtures";

/**
 * Of the score: transformers' float32 sum of 16 terms is rounded 16 times, by half a unit each, 6e-8 of it, and a score is that
 * sum times a factor: 16 x 6e-8 = 1e-6. The logits' own errors add some; the largest met is 9e-7.
 */
const SCORE_RTOL = 2e-6;

interface BeamCase {
  prompt: number[];
  eos: number | null;
  maxTokens: number;
  beams?: number;
  numReturn?: number;
  lengthPenalty?: number;
  earlyStopping?: boolean | "never";
  repetitionPenalty?: number;
  noRepeatNgram?: number;
  sequences: { ids: number[]; score: number }[];
}

const readJson = async (path: string) => JSON.parse(new TextDecoder().decode(await readBytes(`${fixtures}/${path}`)));

/** transformers' RepetitionPenaltyLogitsProcessor and NoRepeatNGramLogitsProcessor, on log-softmax as beam search has it. */
function processed({ repetitionPenalty = 1, noRepeatNgram = 0 }: BeamCase): LogProbabilities {
  return (logits, { history }) => {
    const { data } = logSoftmax(new Tensor(logits, [1, logits.length]), referenceEngine);
    for (const id of new Set(history)) data[id]! *= data[id]! < 0 ? repetitionPenalty : 1 / repetitionPenalty;
    for (let i = 0; noRepeatNgram > 0 && i + noRepeatNgram <= history.length; i++) {
      const prefix = history.slice(i, i + noRepeatNgram - 1).join();
      if (prefix === history.slice(history.length - noRepeatNgram + 1).join())
        data[history[i + noRepeatNgram - 1]!] = Number.NEGATIVE_INFINITY;
    }
    return data;
  };
}

function optionsOf(found: BeamCase): BeamSearchOptions {
  const { prompt, eos, sequences, repetitionPenalty, noRepeatNgram, beams = 4, ...options } = found;
  const plain: BeamOptions = { beams, ...options };
  return repetitionPenalty || noRepeatNgram ? { ...plain, distribution: processed(found) } : plain;
}

const titleOf = ({ prompt, eos, maxTokens, sequences, ...search }: BeamCase) => JSON.stringify(search);
const textOf = ({ prompt, eos }: BeamCase) => `${prompt.length} tokens from ${prompt[0]}, eos ${eos}`;

const cases = {} as Record<string, BeamCase[]>;
for (const name of ["tiny-tied", "tiny-untied", "fairytales-1"])
  cases[name] = (await readJson(`decode/${name}.json`)).beams;

describe.each(engines)("$engineName", ({ engineName, create }) => {
  const engine = create();
  afterAll(() => engine.dispose());

  // All searches on the trained model are made once, one in 16 with the other engines: they take the reference kernels a second each.
  const takesAll = (name: string) => name !== "fairytales-1" || engineName === "simd, 1 thread";
  const every = (name: string) => (takesAll(name) ? 1 : 16) * (FULL || name !== "fairytales-1" ? 1 : 3);

  describe.each(["tiny-tied", "tiny-untied", "fairytales-1"])("%s", (name) => {
    const folder = `${fixtures}/${name}`;
    const loaded = loadFixture(folder, engine);
    const chosen = (cases[name] as BeamCase[]).filter((_, i) => i % every(name) === 0);

    test.each([...new Set(chosen.map(textOf))])("the searches after %s", async (text) => {
      const model = await loaded;
      for (const found of chosen.filter((other) => textOf(other) === text)) {
        const config = { ...model.config, eosTokenId: found.eos ?? undefined };
        const { sequences } = await beamSearch({ ...model, config }, found.prompt, optionsOf(found));
        expect(
          sequences.map(({ ids }) => ids),
          titleOf(found),
        ).toEqual(found.sequences.map(({ ids }) => ids));
        for (const [i, { score }] of sequences.entries())
          expect(Math.abs(score / (found.sequences[i]?.score as number) - 1), titleOf(found)).toBeLessThan(SCORE_RTOL);
      }
    });
  });

  test("of five end tokens all end, and two texts go on though each step's best end", async () => {
    // generate(num_beams=2, num_return_sequences=2, early_stopping="never", max_new_tokens=8, eos_token_id=[46, 37, 16, 3, 40])
    const model = await loadFixture(`${fixtures}/tiny-tied`, engine);
    const config = { ...model.config, eosTokenId: [46, 37, 16, 3, 40] };
    const options = { beams: 2, numReturn: 2, earlyStopping: "never", maxTokens: 8 } as const;
    const { sequences } = await beamSearch({ ...model, config }, [3, 1, 4], options);
    expect(sequences.map(({ ids, finishReason }) => [ids, finishReason])).toEqual([
      [[31, 37], "eos"],
      [new Array(8).fill(31), "length"],
    ]);
    expect(sequences[0]?.score).toBeCloseTo(-2.052273, 4);
    expect(sequences[1]?.score).toBeCloseTo(-2.099459, 4);
  });

  test("tiny-random-gpt2 gives its published sequence for 4 beams", async () => {
    const model = await loadFixture(`${fixtures}/tiny-random-gpt2`, engine);
    const published = (await readJson("tiny-random-gpt2/expectations.json")).beams_4_length_penalty_1_max_length_20;
    const [expected] = published.sequences;
    const prompt = expected.slice(0, published.prompt_length);
    const { sequences } = await beamSearch(model, prompt, { beams: 4, maxTokens: 20 - prompt.length });
    expect(sequences[0]?.ids).toEqual(expected.slice(prompt.length));
  });
});

test("the fixtures hold texts that end and texts that go on, early stops and late", () => {
  const found = Object.values(cases).flat();
  const texts = found.flatMap(({ eos, maxTokens, sequences }) => sequences.map(({ ids }) => ({ eos, maxTokens, ids })));
  expect(texts.filter(({ eos, ids }) => ids.at(-1) === eos).length).toBeGreaterThan(100);
  expect(texts.filter(({ maxTokens, ids }) => ids.length === maxTokens).length).toBeGreaterThan(100);
});
