/** A text in the worker: what is drawn is what generate draws, Back is exact, and a cancellation leaves the text as it was. */
import { forward, generate, type Model } from "@tsgpt/gpt";
import { createSampler, presetChain } from "@tsgpt/sampling";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Sampling } from "../src/protocol/text.ts";
import { changeSince } from "../src/worker/describe.ts";
import { describeDistribution } from "../src/worker/distribution.ts";
import { describeCell } from "../src/worker/lens.ts";
import {
  back,
  checkHasText,
  createSession,
  encode,
  endOf,
  type Opening,
  open,
  type Session,
  setSampling,
  step,
} from "../src/worker/session.ts";
import { textState } from "../src/worker/state-file.ts";
import { loadFixtureModel } from "./fixture-model.ts";

const PROMPT = "Once upon a time";
const { signal } = new AbortController();
const opening: Opening = { seed: 7, sampling: { dialect: "lecture" } };

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
  await open(session, ids, opening, signal);
});

async function steps(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await step(session, undefined, signal);
}

const logitsOf = (history: readonly number[]) => forward(model, history, { positions: "last" }).data;

describe("drawing", () => {
  test("a seed gives the ids and the log-probabilities of generate", async () => {
    const expected = [];
    const sample = createSampler(presetChain("lecture"), { seed: 7 });
    for await (const { id, logprob } of generate(model, PROMPT, { sample, maxTokens: 20 }))
      expected.push({ id, logprob });
    await steps(20);
    const { added } = changeSince(session, 0);
    expect(added.map(({ id, logprob }) => ({ id, logprob }))).toEqual(expected);
  });

  test("a chosen token takes no random number", async () => {
    const [chosen] = session.sampler.generator.state;
    await step(session, 100, signal);
    expect(session.history).toEqual([...ids, 100]);
    expect(session.sampler.generator.state[0]).toBe(chosen);
    expect(session.logits).toHaveBits(logitsOf([...ids, 100]));
  });

  test("nothing follows an end-of-text token, which Back removes", async () => {
    const eos = model.config.eosTokenId as number;
    await step(session, eos, signal);
    expect(endOf(session)).toBe("eos");
    await steps(1);
    expect(session.history).toEqual([...ids, eos]);
    await back(session, signal);
    expect(endOf(session)).toBeUndefined();
  });

  test("an unknown id is an error that changes nothing", async () => {
    await expect(step(session, model.config.vocabSize, signal)).rejects.toThrow(/id/);
    await steps(1);
    expect(session.history).toHaveLength(ids.length + 1);
  });

  test("the context ends a text", async () => {
    const full = Array.from({ length: model.config.nPositions }, () => 100);
    await open(session, full.slice(1), opening, signal);
    expect(endOf(session)).toBeUndefined();
    await steps(2);
    expect(session.history).toHaveLength(full.length);
    expect(endOf(session)).toBe("context");
  });
});

describe("Back", () => {
  test("as many times as tokens were drawn gives the prompt, and then the same tokens again", async () => {
    await steps(8);
    const drawn = session.history;
    for (let i = 0; i < 8; i++) await back(session, signal);
    expect(session.history).toEqual(ids);
    expect(session.logits).toHaveBits(logitsOf(ids));
    await steps(8);
    expect(session.history).toEqual(drawn);
  });

  test("at the prompt it does nothing", async () => {
    await back(session, signal);
    expect(session.history).toEqual(ids);
  });
});

describe("a text that is opened again", () => {
  test("with drawn and chosen tokens, continues as it would have", async () => {
    await steps(2);
    await step(session, 100, signal);
    await steps(2);
    const { added: past } = changeSince(session, 0);
    expect(past.map(({ isChosen }) => isChosen)).toEqual([false, false, true, false, false]);
    await steps(4);
    const { history, logits } = session;
    const expected = { history, logits: logits.slice() };
    await open(session, [300], opening, signal);
    await open(session, ids, { ...opening, past }, signal);
    await steps(4);
    expect(session.history).toEqual(expected.history);
    expect(session.logits).toHaveBits(expected.logits);
  });
});

describe("past tokens that cannot be", () => {
  const opened = (...past: number[]) =>
    open(session, ids, { ...opening, past: past.map((id) => ({ id, isChosen: false })) }, signal);

  test("are refused before anything is computed: the text stays", async () => {
    await steps(1);
    const { history, draws } = session;
    const { vocabSize, nPositions, eosTokenId } = model.config;
    await expect(opened(100, vocabSize)).rejects.toThrow(
      `The model has no token ${vocabSize}; its ids go from 0 to ${vocabSize - 1}`,
    );
    await expect(opened(100, 0.5)).rejects.toThrow("The model has no token 0.5");
    await expect(opened(...Array.from({ length: nPositions }, () => 100))).rejects.toThrow(
      `The text has ${ids.length + nPositions} tokens, the model reads at most ${nPositions}; shorten it`,
    );
    await expect(opened(eosTokenId as number, 100)).rejects.toThrow(
      `Token ${eosTokenId} ends a text; no token can follow it`,
    );
    expect(session).toMatchObject({ history, draws });
  });
});

describe("the text as data", () => {
  const reopened = async () => {
    const { past, random, ...start } = textState(session);
    const other = createSession(model);
    await open(other, encode(other, start.prompt), { ...start, past, random }, signal);
    return other;
  };

  test.each<Sampling>([
    { dialect: "hf", topK: 5 },
    { dialect: "hf", greedy: true }, // takes no random numbers
    { dialect: "lecture", mirostatTau: 3 },
  ])("opens it again after the sampling was changed to %o", async (sampling) => {
    await steps(2);
    expect(textState(session).random).toBeUndefined();
    setSampling(session, sampling);
    await step(session, 100, signal);
    await steps(1);
    setSampling(session, sampling.mirostatTau ? { ...sampling, mirostatEta: 0.2 } : { dialect: "openai" });
    const other = await reopened();
    expect(textState(other)).toEqual(textState(session));
    await steps(4);
    for (let i = 0; i < 4; i++) await step(other, undefined, signal);
    expect(other.history).toEqual(session.history);
  });

  test("needs no state of the random numbers once Back has removed all tokens", async () => {
    await steps(1);
    setSampling(session, { dialect: "openai" });
    expect(textState(session).random).toEqual(session.sampler.state());
    await back(session, signal);
    expect(textState(session)).toEqual({
      prompt: PROMPT,
      seed: 7,
      sampling: { dialect: "openai" },
      past: [],
      random: undefined,
    });
  });
});

describe("other sampling", () => {
  test("before the first token, gives the ids that generate gives with it", async () => {
    const sample = createSampler(presetChain("hf", { topK: 3 }), { seed: 7 });
    const expected = [];
    for await (const { id } of generate(model, PROMPT, { sample, maxTokens: 12 })) expected.push(id);
    setSampling(session, { dialect: "hf", topK: 3 });
    await steps(12);
    expect(session.history.slice(ids.length)).toEqual(expected);
  });

  test("invalid, it leaves what is in force", async () => {
    const { chain, sampler } = session;
    expect(() => setSampling(session, { dialect: "lecture", topP: 2 })).toThrow(/topP/);
    expect(session).toMatchObject({ chain, sampler });
  });

  test("later, it leaves the text and takes the next random number", async () => {
    await steps(3);
    const { history, sampler } = session;
    const state = sampler.state();
    setSampling(session, { dialect: "lecture", topK: 2 });
    expect(session.history).toBe(history);
    expect(session.sampler.state()).toEqual(state);
  });

  test("that leaves mirostat as it is, leaves mu; another target or rate starts mu anew, for Back too", async () => {
    setSampling(session, { dialect: "lecture", mirostatTau: 3 });
    await steps(3);
    const { mu } = session.sampler.state();
    expect(mu).not.toBe(6);
    setSampling(session, { dialect: "lecture", mirostatTau: 3, temperature: 0.9 });
    expect(session.sampler.state().mu).toBe(mu);
    setSampling(session, { dialect: "lecture", mirostatTau: 4 });
    expect(session.sampler.state().mu).toBe(8); // 2 tau
    await back(session, signal);
    expect(session.sampler.state().mu).toBe(8);
  });
});

describe("what a pass computes", () => {
  test("begins after what the cache had", async () => {
    expect(session.computedFrom).toBe(0);
    await steps(1);
    expect(session.computedFrom).toBe(ids.length);
  });
});

describe("another text", () => {
  test("has the logits of one that is computed alone, whatever it has in common with the one before", async () => {
    await steps(3);
    for (const length of [1, 3, ids.length + 2]) {
      const other = [...session.history.slice(0, length), 300, 301];
      await open(session, other, opening, signal);
      expect(session.logits).toHaveBits(logitsOf(other));
      await open(session, ids, opening, signal);
    }
  });

  test("cancelled, it leaves the text before as it was", async () => {
    await steps(3);
    const before = {
      history: session.history,
      logits: session.logits.slice(),
      cell: describeCell(session, { position: ids.length, depth: 1 }),
    };
    await expect(
      open(session, [300, 301, 302, 303, 304, 305], { ...opening, seed: 1 }, AbortSignal.abort()),
    ).rejects.toThrow("abort");
    expect(session.history).toEqual(before.history);
    expect(session.logits).toHaveBits(before.logits);
    await steps(1);
    expect(session.logits).toHaveBits(logitsOf(session.history));
    expect(describeCell(session, { position: ids.length, depth: 1 })).toEqual(before.cell);
  });

  test("longer than the context, it is refused with both numbers", async () => {
    const { nPositions } = model.config;
    const long = Array.from({ length: nPositions + 1 }, () => 1);
    await expect(open(session, long, opening, signal)).rejects.toThrow(
      `The prompt has ${nPositions + 1} tokens, the model reads at most ${nPositions}; shorten it`,
    );
  });

  test("there is none at first", () => {
    expect(() => checkHasText(createSession(model))).toThrow("there is no text yet; open one first");
  });
});

describe("what is shown", () => {
  test("the likeliest tokens have the softmax of the logits, in order", () => {
    const { likeliest } = changeSince(session, 0);
    const { probabilities } = describeDistribution(session);
    const sorted = [...probabilities].sort((a, b) => b - a).slice(0, 5);
    expect(likeliest.map(({ probability }) => probability)).toEqual(sorted);
    expect(likeliest.map(({ id }) => probabilities[id])).toEqual(sorted);
  });

  test("the chain's steps keep and cut the whole vocabulary", () => {
    const { chain, logits, probabilities } = describeDistribution(session);
    expect(chain.map(({ type }) => type)).toEqual(["top-p"]);
    const [{ kept, mass, cut }] = chain;
    expect(logits).toHaveBits(session.logits);
    expect(kept + cut.length).toBe(model.config.vocabSize);
    expect(cut.reduce((sum, id) => sum - probabilities[id], 1)).toBeCloseTo(mass, 10);
    expect(mass).toBeGreaterThanOrEqual(0.9);
  });
});
