/** What ends a beam search, what it copies, and what it refuses; that it finds what transformers finds: beam-search.test.ts. */
import { expect, test } from "vitest";
import { beamRules } from "../src/decode/beam-rules.ts";
import { type BeamSearchOptions, beamSearch, type LogProbabilities } from "../src/decode/beam-search.ts";
import type { Model } from "../src/model.ts";
import { countPasses } from "./count-passes.ts";
import { characterTokenizer, tinyModel } from "./tiny-model.ts";

const search = (model: Model, options: Partial<BeamSearchOptions> = {}, prompt: number[] = [3, 1, 4]) =>
  beamSearch(model, prompt, { beams: 3, maxTokens: 5, ...options });

/** ln p from a list of weights by the last id; ids without one have probability 0. */
const table =
  (weights: Record<number, Record<number, number>>): LogProbabilities =>
  (logits, { history }) => {
    const next = weights[history.at(-1) as number] ?? {};
    return Float64Array.from(logits, (_, id) => Math.log(next[id] ?? 0));
  };

test("a prompt is fed once: a pass for it, and one over all beams for each further token", async () => {
  const { model, passes } = countPasses(tinyModel());
  await search(model, { beams: 3, maxTokens: 5 });
  expect(passes()).toBe(1 + 4);
});

test("beams that each have one child copy nothing after the prompt's rows were handed on", async () => {
  // From 4 to 10, 11 or 12, and then each for ever on: no beam dies, none has two children.
  const chains = { 4: { 10: 0.5, 11: 0.3, 12: 0.2 }, 10: { 10: 1 }, 11: { 11: 1 }, 12: { 12: 1 } };
  const { copiedBytes, sequences } = await search(tinyModel(), { distribution: table(chains), numReturn: 3 });
  expect(sequences.map(({ ids }) => ids)).toEqual([10, 11, 12].map((id) => new Array(5).fill(id)));
  expect(copiedBytes).toBe(2 * 3 * (2 * 3 * 12 * 4)); // two more beams, 3 rows each, of 2 L C float32 numbers
});

test("a beam with two children hands on the rows from where it and the dead one part", async () => {
  // 10 has two children of 0.3 each, and 11's one falls away. The two part at position 3: one row, that of 10, is copied.
  const forked = { 4: { 10: 0.6, 11: 0.4 }, 10: { 20: 0.5, 21: 0.5 }, 11: { 22: 0.1 }, 20: { 20: 1 }, 21: { 21: 1 } };
  const { copiedBytes, sequences } = await search(tinyModel(), { beams: 2, distribution: table(forked), numReturn: 2 });
  expect(sequences.map(({ ids }) => ids)).toEqual([
    [10, 20, 20, 20, 20],
    [10, 21, 21, 21, 21],
  ]);
  expect(copiedBytes).toBe((3 + 1) * (2 * 3 * 12 * 4)); // the prompt's 3 rows to the second beam, then 1
});

test("equal sums: the better beam first, then the lower id", async () => {
  const ties = { 4: { 30: 0.5, 20: 0.5 }, 20: { 7: 0.5, 6: 0.5 }, 30: { 9: 0.5, 8: 0.5 } };
  const { sequences } = await search(tinyModel(), { beams: 4, maxTokens: 2, distribution: table(ties), numReturn: 4 });
  expect(sequences.map(({ ids }) => ids.join())).toEqual(["20,6", "20,7", "30,8", "30,9"]);
});

test("fewer continuations than beams: those there are go on", async () => {
  const { sequences } = await search(tinyModel(), { distribution: table({ 4: { 4: 1 } }), numReturn: 3 });
  expect(sequences).toEqual([{ ids: [4, 4, 4, 4, 4], text: "", score: 0, finishReason: "length" }]);
});

test("texts that ended are returned where none can go on", async () => {
  const ends = { 4: { 2: 0.5, 5: 0.25 }, 5: {} };
  const { sequences } = await search(tinyModel({ eosTokenId: 2 }), { distribution: table(ends), numReturn: 2 });
  expect(sequences).toEqual([{ ids: [2], text: "", score: Math.log(0.5), finishReason: "eos" }]);
});

test("the score of a text that ended counts its end-of-text token's ln p and length: (ln 0.5 + ln 0.1) / 2 ** 2", async () => {
  const ends = { 4: { 5: 0.5 }, 5: { 2: 0.1 } };
  const model = tinyModel({ eosTokenId: 2 }, characterTokenizer("abcdefgh"));
  const { sequences } = await search(model, { distribution: table(ends), lengthPenalty: 2 });
  expect(sequences).toEqual([
    { ids: [5, 2], text: "f", score: (Math.log(0.5) + Math.log(0.1)) / 4, finishReason: "eos" },
  ]);
});

test("ignoreEos goes on past the end-of-text token", async () => {
  const { sequences } = await search(tinyModel({ eosTokenId: 2 }), {
    distribution: table({ 4: { 2: 1 }, 2: { 2: 1 } }),
    ignoreEos: true,
  });
  expect(sequences[0]).toMatchObject({ ids: [2, 2, 2, 2, 2], finishReason: "length" });
});

test("the context's end ends every text, and says so", async () => {
  const { sequences } = await search(tinyModel({ nPositions: 6 }), { maxTokens: undefined, numReturn: 3 });
  expect(sequences.map(({ ids, finishReason }) => [ids.length, finishReason])).toEqual(
    new Array(3).fill([3, "context"]),
  );
});

test.each([
  [{ maxTokens: 0 }, "length"],
  [{ maxTokens: undefined }, "context"],
])("with no room for a token the one sequence is empty: %s", async (options, finishReason) => {
  const { sequences } = await search(tinyModel({ nPositions: 3 }), { ...options, numReturn: 3 });
  expect(sequences).toEqual([{ ids: [], text: "", score: 0, finishReason }]);
});

test("an abort before the first step returns the empty text", async () => {
  const { sequences } = await search(tinyModel(), { signal: AbortSignal.abort() });
  expect(sequences).toEqual([{ ids: [], text: "", score: 0, finishReason: "abort" }]);
});

test("an abort under way returns the best of what was found by then", async () => {
  const controller = new AbortController();
  const ends = table({ 4: { 2: 0.1, 5: 0.9 }, 5: { 5: 0.5, 2: 0.5 } });
  const distribution: LogProbabilities = (logits, context) => {
    if (context.history.length === 5) controller.abort();
    return ends(logits, context);
  };
  const options = { signal: controller.signal, distribution, numReturn: 3, lengthPenalty: 0, maxTokens: 9 };
  const { sequences } = await search(tinyModel({ eosTokenId: 2 }), options);
  const found = sequences.map(({ ids, finishReason }) => `${ids} ${finishReason}`);
  expect(found).toEqual(["5,2 eos", "5,5,2 eos", "5,5,5 abort"]); // ln of 0.45, 0.225, 0.225; "2" has 0.1
});

// Two tokens generated of ten, the best under way at -4: as if it ended now it scores -4 / 2 = -2, at the greatest length -0.4.
test.each([
  [{}, -2.1, false],
  [{}, -2, true],
  [{ earlyStopping: "never" as const }, -0.5, false],
  [{ earlyStopping: "never" as const }, -0.4, true],
  [{ earlyStopping: "never" as const, lengthPenalty: 0 }, -4.1, false], // -4, whatever the length
  [{ earlyStopping: "never" as const, lengthPenalty: -1 }, -8.1, false], // -4 x 2 = -8 now, and -4 x 10 = -40 later
  [{ earlyStopping: "never" as const, lengthPenalty: -1 }, -8, true],
  [{ earlyStopping: true }, -100, true],
])("with %s and N ended, of which the worst has %d, the search is over: %s", (options, worst, settled) => {
  const rules = beamRules(tinyModel().config, 3, { beams: 2, maxTokens: 10, ...options });
  expect(rules.isSettled(-4, worst, 2)).toBe(settled);
});

test.each([
  [{ beams: 1 }, "beams must be a whole number, 2 or more, got 1; one beam is greedy search, which is generate()"],
  [{ beams: 2.5 }, "beams must be a whole number, 2 or more, got 2.5"],
  [{ numReturn: 4 }, "numReturn must be a whole number from 1 to beams = 3, got 4; search with more beams"],
  [{ numReturn: 0 }, "numReturn must be a whole number from 1 to beams = 3, got 0"],
  [{ lengthPenalty: Number.NaN }, "lengthPenalty must be a finite number, got NaN"],
  [
    { earlyStopping: "always" as "never" },
    'option "earlyStopping" must be true, false or "never", got the string "always"',
  ],
  [{ maxTokens: -1 }, "maxTokens must be a whole number, 0 or more, got -1"],
])("%s is refused", async (options, message) => {
  await expect(search(tinyModel(), options)).rejects.toThrow(`beamSearch: ${message}`);
});

test("a distribution that is none is an error that says what it gave", async () => {
  const give = (row: number[]) => search(tinyModel({ vocabSize: 3 }), { distribution: () => row }, [1]);
  await expect(give([0, 0])).rejects.toThrow("beamSearch: distribution gave 2 numbers for 3 tokens");
  await expect(give(undefined as never)).rejects.toThrow("beamSearch: distribution gave no numbers for 3 tokens");
  await expect(give(["0", "0", "0"] as never)).rejects.toThrow("beamSearch: distribution gave 0 for token 0");
  await expect(give([0, Number.NaN, 0])).rejects.toThrow(
    "beamSearch: distribution gave NaN for token 1; ln p is a number",
  );
  await expect(give([0, 0, Number.POSITIVE_INFINITY])).rejects.toThrow("distribution gave Infinity for token 2");
  const none = new Array(3).fill(Number.NEGATIVE_INFINITY);
  await expect(give(none)).rejects.toThrow("distribution leaves no token at position 1, all are -Infinity");
});

test("NaN logits are an error that names the position", async () => {
  const broken = tinyModel();
  broken.parameters.lnF.bias.data[0] = Number.NaN;
  await expect(search(broken)).rejects.toThrow("beamSearch: the logits at position 3 are NaN");
});

test("its caches are given back, also when it fails", async () => {
  const model = tinyModel();
  let held = 0;
  const engine = {
    ...model.engine,
    allocate: (shape: readonly number[]) => {
      held++;
      return model.engine.allocate(shape);
    },
    free: () => {
      held--;
    },
  };
  await search({ ...model, engine });
  const failing = search({ ...model, engine }, { distribution: () => [] });
  await expect(failing).rejects.toThrow("0 numbers");
  expect(held).toBe(0);
});
