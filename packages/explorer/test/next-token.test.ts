/** What is shown of the next token: numbers of the engine, and a draw that looking at it does not change. */
import { generate, type Model } from "@tsgpt/gpt";
import { candidatesOf, chainOfFlags, createSampler, probabilities } from "@tsgpt/sampling";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { FULL, sample } from "../../../test/setup/sample.ts";
import type { Sampling } from "../src/protocol/text.ts";
import { describeChain, describeSummary } from "../src/worker/chain-view.ts";
import { describeCurve } from "../src/worker/curve.ts";
import { describeDistribution } from "../src/worker/distribution.ts";
import { back, createSession, encode, open, type Session, setSampling, step } from "../src/worker/session.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const PROMPT = "Once upon a time";
const TOKENS = FULL ? 64 : 16;
const { signal } = new AbortController();

/** Options other than the defaults, in every dialect. */
const SAMPLINGS: readonly Sampling[] = [
  { dialect: "lecture", topP: 0.85, temperature: 1.1, frequencyPenalty: 1.1, presencePenalty: 1.2 },
  { dialect: "lecture", mirostatTau: 3, mirostatEta: 0.2, dryMultiplier: 0.8, dryBreaker: [".", "1,2"] },
  { dialect: "hf", repetitionPenalty: 1.2, noRepeatNgram: 3, banned: ["princess", "5"], watermarkKey: 42 },
  { dialect: "hf", typical: 0.9, eta: 0.001, epsilon: 0.0003, greedy: false },
  { dialect: "llama.cpp", xtcProbability: 0.5, xtcThreshold: 0.05, logitBias: { 12: -5 }, minP: 0.02 },
  { dialect: "llama.cpp", dryMultiplier: 1, dryBreaker: ["none"], mirostatTau: 4 },
  { dialect: "openai", frequencyPenalty: 0.5, presencePenalty: 0.3, penaltyScope: 20, xtcProbability: 0.3 },
  { dialect: "openai", greedy: true, forcedFirst: 100, dryMultiplier: 1, penaltyScope: "all" },
];

let model: Model;
let session: Session;
let ids: number[];
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());
beforeEach(async () => {
  session = createSession(model);
  ids = encode(session, PROMPT);
  await open(session, ids, { seed: 7, sampling: { dialect: "lecture" } }, signal);
});

async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await step(session, undefined, signal);
}

async function generated({ dialect, ...flags }: Sampling, maxTokens: number): Promise<number[]> {
  const chain = chainOfFlags(dialect, flags, model.tokenizer, model.config.vocabSize);
  const drawn = [];
  const sampler = createSampler(chain, { seed: 7 });
  for await (const { id } of generate(model, PROMPT, { sample: sampler, maxTokens })) drawn.push(id);
  return drawn;
}

describe.each(sample(SAMPLINGS, 3))("with %j", (sampling) => {
  test("the ids are those of generate, looked at or not; Back to the prompt, they come again", async () => {
    setSampling(session, sampling);
    const expected = await generated(sampling, TOKENS);
    for (const id of expected) {
      const state = session.sampler.state();
      expect(describeChain(session, {}).draw?.token.id).toBe(id);
      describeSummary(session);
      if (id % 8 === 0) describeDistribution(session);
      expect(session.sampler.state()).toEqual(state);
      await steps(1);
    }
    expect(session.history.slice(ids.length)).toEqual(expected);
    for (const _ of expected) await back(session, signal);
    expect(session.history).toEqual(ids);
    await steps(TOKENS);
    expect(session.history.slice(ids.length)).toEqual(expected);
  });

  test("the draw's interval is the token's part of the cumulative probabilities, and has the number", async () => {
    setSampling(session, sampling);
    await steps(3);
    const { draw } = describeChain(session, {});
    const state = session.sampler.state();
    const { candidates, id, probability } = session.sampler.explain(session.logits, session);
    session.sampler.restore(state);
    const at = candidates.ids.indexOf(id);
    const from = probabilities(candidates)
      .slice(0, at)
      .reduce((sum, share) => sum + share, 0);
    expect(draw?.token).toMatchObject({ id, probability, from });
    expect(draw?.uniform === undefined).toBe(sampling.greedy === true);
    if (draw?.uniform === undefined) return;
    expect(draw.uniform).toBeGreaterThanOrEqual(draw.token.from);
    expect(draw.uniform).toBeLessThan(draw.token.to);
  });
});

describe("the curve", () => {
  test("has the sorted softmax, from the first rank to the last, and the mass after each", () => {
    const sorted = probabilities(candidatesOf(session.logits)).sort().reverse();
    const { ranks, probabilities: shown, tails, top, entropy } = describeCurve(session);
    expect([ranks[0], ranks.at(-1)]).toEqual([1, model.config.vocabSize]);
    expect([...ranks]).toEqual([...new Set(ranks)]);
    expect([...shown]).toEqual([...ranks].map((rank) => sorted[rank - 1]));
    const top40 = sorted.slice(0, 40).reduce((sum, share) => sum + share, 0);
    expect(tails[39]).toBeCloseTo(1 - top40, 12);
    expect(tails.at(-1)).toBeCloseTo(0, 12);
    expect(top.map(({ probability }) => probability)).toEqual([...sorted.slice(0, 20)]);
    expect(top.map(({ id, logit }) => session.logits[id] === logit)).toEqual(top.map(() => true));
    expect(entropy).toBeCloseTo(-sorted.reduce((sum, share) => sum + share * Math.log2(share), 0), 10);
  });
});

describe("the chain", () => {
  test("has the steps of the exported distribution; the tokens that a step cut are listed as far as asked", () => {
    setSampling(session, { dialect: "llama.cpp" });
    const { chain } = describeDistribution(session);
    const { steps: shown } = describeChain(session, { "top-k": 30, "min-p": 1e9 });
    expect(shown.map(({ step: { type }, kept, mass, entropy }) => ({ type, kept, mass, entropy }))).toEqual(
      chain.map(({ cut: _, ...others }) => others),
    );
    const wanted: Readonly<Record<string, number>> = { "top-k": 30, "min-p": 1e9 };
    expect(shown.map(({ cutTokens }) => cutTokens.map(({ id }) => id))).toEqual(
      chain.map(({ type, cut }) => cut.slice(0, wanted[type] ?? 0)),
    );
    expect(shown.map(({ cut }) => cut)).toEqual(chain.map(({ cut }) => cut.length));
  });

  test("leaves what the summary says", () => {
    setSampling(session, { dialect: "lecture", topK: 5, topP: 1 });
    expect(describeChain(session, {}).summary).toEqual(describeSummary(session));
    expect(describeSummary(session)).toMatchObject({
      vocabSize: model.config.vocabSize,
      kept: 5,
      likeliest: { id: describeCurve(session).top[0]?.id },
    });
  });

  test("shows XTC's random number and mirostat's bound", () => {
    setSampling(session, { dialect: "lecture", xtcProbability: 0.5, topP: 1 });
    const [xtc] = describeChain(session, {}).steps;
    const uniform = xtc?.uniform as number;
    expect((xtc?.cut as number) > 0).toBe(uniform < 0.5);
    setSampling(session, { dialect: "lecture", mirostatTau: 3 });
    expect(describeChain(session, {}).steps[0]?.mu).toBe(6);
  });

  test("that leaves no token is an error, after which the sampler is as before", () => {
    const { vocabSize } = model.config;
    setSampling(session, { dialect: "lecture", banned: Array.from({ length: vocabSize }, (_, id) => String(id)) });
    const state = session.sampler.state();
    expect(() => describeChain(session, {})).toThrow(/no token is left/);
    expect(() => describeSummary(session)).toThrow(/no token is left/);
    expect(session.sampler.state()).toEqual(state);
  });

  test("at the end of a text there is no draw", async () => {
    await step(session, model.config.eosTokenId as number, signal);
    expect(describeChain(session, {}).draw).toBeUndefined();
  });

  test("the lecture's example: after a, b, a, c, a, a with penalties 1.1 and 1.2", () => {
    // z / k with k = 1.6, 1.3, 1.3, 1: 0.5, 0.6923, 0.0769, 0.4; their softmax
    const chain = [{ type: "lecture-penalties", frequency: 1.1, presence: 1.2 }] as const;
    const lecture: Session = {
      ...session,
      logits: Float32Array.of(0.8, 0.9, 0.1, 0.4),
      history: [0, 1, 0, 2, 0, 0],
      promptLength: 6,
      chain,
      sampler: createSampler(chain, { seed: 0 }),
    };
    const { probabilities: before } = describeDistribution(lecture);
    expect([...before].map((share) => share.toFixed(5))).toEqual(["0.30562", "0.33776", "0.15176", "0.20486"]);
    const { steps: shown, draw } = describeChain(lecture, {});
    expect(shown[0]).toMatchObject({ kept: 4, cut: 0, mass: 1 });
    expect(draw?.intervals.map(({ probability }) => probability.toFixed(5))).toEqual([
      "0.26512",
      "0.32133",
      "0.17366",
      "0.23989",
    ]);
  });
});
