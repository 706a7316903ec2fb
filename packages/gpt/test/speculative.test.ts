/**
 * Speculative decoding gives the texts that plain decoding gives: the same ids where it is greedy, the same distribution where it
 * is drawn. Runs in Node, and in Chromium by test/browser.
 */
import { argmax, referenceEngine, Tensor } from "@tsgpt/tensor";
import { afterAll, describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { type DistributionOf, softmaxDistribution } from "../src/decode/distribution.ts";
import { draftModel } from "../src/decode/draft-model.ts";
import { promptLookup } from "../src/decode/prompt-lookup.ts";
import type { ProposerFor } from "../src/decode/proposer.ts";
import { generateSpeculatively, type SpeculativeOptions } from "../src/decode/speculative.ts";
import { generate } from "../src/generate.ts";
import { forward, type Model } from "../src/model.ts";
import { collect } from "./collect.ts";
import { countPasses } from "./count-passes.ts";
import { engines } from "./engines.ts";
import { loadFixture } from "./fixture-files.ts";
import { characterTokenizer, tinyModel } from "./tiny-model.ts";

const best = (logits: Float32Array) => argmax(new Tensor(logits, [logits.length]));
const greedy: DistributionOf = (logits) => ({ ids: [best(logits)], probabilities: [1] });

/** Uniform numbers from a 32-bit linear congruential generator, its upper bits. */
function uniformNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) / 2 ** 24;
  };
}

async function speculate(model: Model, prompt: number[], options: Partial<SpeculativeOptions>) {
  const defaults = { distribution: greedy, uniform: uniformNumbers(1), proposer: promptLookup(), maxTokens: 12 };
  const { yielded, returned } = await collect(generateSpeculatively(model, prompt, { ...defaults, ...options }));
  return { tokens: yielded, ids: yielded.map(({ id }) => id), report: returned };
}

/** A proposer that gives these, whatever the text. */
const scripted =
  (ids: readonly number[]): ProposerFor =>
  () => ({
    propose: async (_, count) => ids.slice(0, count).map((id) => ({ id, from: { ids: [id], probabilities: [1] } })),
    dispose: () => {},
  });

describe.each(engines)("$engineName", ({ engineName, create }) => {
  const engine = create();
  afterAll(() => engine.dispose());
  const target = { ...tinyModel(), engine };
  const proposers: Record<string, ProposerFor> = {
    "a smaller model": draftModel({ ...tinyModel({ nLayer: 1 }), engine }),
    "a model of a smaller context": draftModel({ ...tinyModel({ nLayer: 1, nPositions: 9 }), engine }),
    "the same model": draftModel(target),
    "the prompt": promptLookup(),
  };

  test.each(Object.keys(proposers))("greedy ids are those of generate, whatever %s proposes", async (name) => {
    for (const prompt of [[3, 1, 4], [60], [9, 9, 9, 9], [1, 2, 3, 1, 2, 3, 1, 2]]) {
      for (const proposals of [1, 2, 4, 7]) {
        const plain = await collect(generate(target, prompt, { sample: best }));
        const { tokens, report } = await speculate(target, prompt, {
          proposer: proposers[name] as ProposerFor,
          proposals,
          maxTokens: undefined,
        });
        expect(tokens.map(({ id }) => id)).toEqual(plain.yielded.map(({ id }) => id));
        expect(report.finishReason).toBe(plain.returned);
        for (const [i, { logprob, position }] of tokens.entries()) {
          expect(position).toBe(plain.yielded[i]?.position);
          expect(logprob).toBe(plain.yielded[i]?.logprob);
        }
      }
    }
  });

  test("the trained model: greedy ids are those of generate, with itself as draft and with the prompt", async () => {
    const model = await loadFixture("packages/gpt/test/fixtures/fairytales-1", engine);
    const prompt = model.tokenizer?.encode("Once upon a time there was a king who had a daughter. The king") ?? [];
    const maxTokens = engineName === "reference" && !FULL ? 8 : 24;
    const plain = await collect(generate(model, prompt, { sample: best, maxTokens }));
    for (const proposer of [draftModel(model), promptLookup()]) {
      const { ids } = await speculate(model, prompt, { proposer, maxTokens });
      expect(ids).toEqual(plain.yielded.map(({ id }) => id));
    }
  });
});

test("with the reference kernels greedy tokens are those of generate bit for bit, logprobs too", async () => {
  const model = await loadFixture("packages/gpt/test/fixtures/fairytales-1", referenceEngine);
  const prompt = model.tokenizer?.encode("The fox said to the wolf, and the wolf said to the fox") ?? [];
  const plain = await collect(generate(model, prompt, { sample: best, maxTokens: 20 }));
  const { tokens, report } = await speculate(model, prompt, { maxTokens: 20 });
  expect(tokens).toEqual(plain.yielded);
  expect(report.accepted).toBeGreaterThan(0);
});

describe("what is drawn has the distribution of plain sampling", () => {
  // A vocabulary of 4 and three tokens: the first is drawn plainly, the others are proposed. 64 cells, so 63 degrees of freedom:
  // chi-square exceeds 103.4 once in a thousand times if the rule is right. The seed is fixed, so the outcome is too.
  const CRITICAL = 103.4;
  const DRAWS = FULL ? 4000 : 1000;
  const target = tinyModel({ vocabSize: 4, nLayer: 2 });
  const draft = tinyModel({ vocabSize: 4, nLayer: 1 });

  /** p(a) p(b | a) p(c | a, b) of every text of three tokens, by whole passes. */
  function exact(distribution: DistributionOf, prompt: number[]): Map<string, number> {
    let texts = new Map([["", 1]]);
    for (let length = 0; length < 3; length++) {
      const longer = new Map<string, number>();
      for (const [text, probability] of texts) {
        const history = [...prompt, ...text].map(Number);
        const logits = forward(target, history, { positions: "last" }).data;
        const { ids, probabilities } = distribution(logits, { history, promptLength: prompt.length });
        for (let i = 0; i < ids.length; i++) longer.set(`${text}${ids[i]}`, probability * (probabilities[i] as number));
      }
      texts = longer;
    }
    return texts;
  }

  async function chiSquare(distribution: DistributionOf, proposer: ProposerFor): Promise<number> {
    const prompt = [0, 1, 2, 0, 1, 3, 0, 1];
    const uniform = uniformNumbers(20261124);
    const counts = new Map<string, number>();
    for (let i = 0; i < DRAWS; i++) {
      const { ids } = await speculate(target, prompt, { distribution, proposer, uniform, maxTokens: 3 });
      counts.set(ids.join(""), (counts.get(ids.join("")) ?? 0) + 1);
    }
    const expected = [...exact(distribution, prompt)];
    expect([...counts.keys()].filter((text) => !expected.some(([known]) => known === text))).toEqual([]);
    return expected.reduce((sum, [text, p]) => sum + ((counts.get(text) ?? 0) - DRAWS * p) ** 2 / (DRAWS * p), 0);
  }

  /** Softmax at temperature 2, so that no cell is empty, and the last token halved: it depends on the history. */
  const repelled: DistributionOf = (logits, context) => {
    const { ids, probabilities } = softmaxDistribution(
      logits.map((z) => z / 2),
      context,
    );
    const last = context.history.at(-1);
    const weights = Array.from(probabilities, (p, i) => (ids[i] === last ? p / 2 : p));
    const sum = weights.reduce((a, b) => a + b);
    return { ids, probabilities: weights.map((w) => w / sum) };
  };

  test("proposed by a smaller model", async () => {
    expect(await chiSquare(repelled, draftModel(draft))).toBeLessThan(CRITICAL);
  });

  test("proposed by the prompt", async () => {
    expect(await chiSquare(repelled, promptLookup())).toBeLessThan(CRITICAL);
  });

  test("of the two most probable tokens alone: 8 texts, and what is cut never comes", async () => {
    const two: DistributionOf = (logits, context) => {
      const { probabilities } = softmaxDistribution(logits, context);
      const ids = [0, 1, 2, 3].sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number)).slice(0, 2);
      const kept = ids.sort().map((id) => probabilities[id] as number);
      return { ids, probabilities: kept.map((p) => p / ((kept[0] as number) + (kept[1] as number))) };
    };
    expect(await chiSquare(two, draftModel(draft))).toBeLessThan(24.3); // 7 degrees of freedom, once in a thousand
  });
});

test("each distribution is asked with the text as it would stand, guesses included", async () => {
  const seen: string[] = [];
  const distribution: DistributionOf = (_, { history, promptLength }) => {
    seen.push(`${history.join()} | ${promptLength}`);
    return { ids: [history.length], probabilities: [1] };
  };
  const { ids } = await speculate(tinyModel(), [8, 9], { distribution, proposer: scripted([3, 4, 7]), maxTokens: 5 });
  expect(ids).toEqual([2, 3, 4, 5, 6]); // 3 and 4 are guessed rightly, 7 is not
  expect(seen).toEqual(["8,9 | 2", "8,9,2 | 2", "8,9,2,3 | 2", "8,9,2,3,4 | 2", "8,9,2,3,4,5 | 2"]);
});

test("the report counts: a pass for the prompt, one that keeps 2 of 3 guesses and adds a token, one without guesses", async () => {
  const { model, passes } = countPasses(tinyModel());
  const distribution: DistributionOf = (_, { history }) => ({ ids: [history.length], probabilities: [1] });
  const { report } = await speculate(model, [8, 9], { distribution, proposer: scripted([3, 4, 7]), maxTokens: 5 });
  expect(report).toEqual({
    finishReason: "length",
    tokens: 5,
    forwards: 3,
    tokensPerForward: 5 / 3,
    proposed: 3,
    accepted: 2,
    acceptanceRate: 2 / 3,
  });
  expect(passes()).toBe(3);
});

test("a model that is its own draft has every guess accepted: K + 1 tokens a pass", async () => {
  const { report } = await speculate(tinyModel(), [3, 1, 4], {
    proposer: draftModel(tinyModel()),
    proposals: 4,
    maxTokens: 16,
  });
  expect(report).toMatchObject({ forwards: 4, proposed: 12, accepted: 12, acceptanceRate: 1, tokensPerForward: 4 }); // 1 + 3 x 5
});

test("texts end as generate's do, within guesses too", async () => {
  const letters = characterTokenizer("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".slice(0, 61));
  const script = [5, 6, 7, 2, 8, 9];
  const distribution: DistributionOf = (_, { history }) => ({
    ids: [script[history.length - 1] as number],
    probabilities: [1],
  });
  const run = async (options: Partial<SpeculativeOptions>, model = tinyModel({ eosTokenId: 2 }, letters)) => {
    const { tokens, ids, report } = await speculate(model, [1], {
      distribution,
      proposer: scripted([6, 7, 2, 8]),
      ...options,
    });
    return {
      ids,
      text: tokens.map(({ text }) => text).join(""),
      reason: report.finishReason,
      accepted: report.accepted,
    };
  };
  expect(await run({})).toEqual({ ids: [5, 6, 7, 2], text: "fgh", reason: "eos", accepted: 3 });
  expect(await run({ stop: ["gh"] })).toEqual({ ids: [5, 6, 7], text: "f", reason: "stop", accepted: 2 });
  expect(await run({ maxTokens: 2 })).toEqual({ ids: [5, 6], text: "fg", reason: "length", accepted: 0 });
  const short = tinyModel({ eosTokenId: 2, nPositions: 4 }, letters);
  expect(await run({ maxTokens: undefined }, short)).toEqual({
    ids: [5, 6, 7],
    text: "fgh",
    reason: "context",
    accepted: 1,
  });
  expect(await run({ signal: AbortSignal.abort() })).toEqual({ ids: [], text: "", reason: "abort", accepted: 0 });
});

test("an abort within guesses yields no further one", async () => {
  const controller = new AbortController();
  const distribution: DistributionOf = (_, { history }) => {
    if (history.length === 4) controller.abort();
    return { ids: [history.length], probabilities: [1] };
  };
  const options = { distribution, proposer: scripted([3, 4, 5, 6]), signal: controller.signal };
  const { ids, report } = await speculate(tinyModel(), [8, 9], options);
  expect(ids).toEqual([2, 3, 4]);
  expect(report).toMatchObject({ finishReason: "abort", accepted: 2 });
});

test("a draft with another vocabulary is refused by the call itself", () => {
  const proposer = draftModel(tinyModel({ vocabSize: 60 }));
  const options = { distribution: greedy, uniform: () => 0, proposer };
  expect(() => generateSpeculatively(tinyModel(), [3], options)).toThrow(
    'draftModel: "tiny" has 60 tokens, "tiny" has 61; a draft must have the target\'s tokenizer',
  );
});

test.each([0, 1.5, Number.NaN])("proposals of %s are refused by the call itself", (proposals) => {
  const options = { distribution: greedy, uniform: () => 0, proposer: promptLookup(), proposals };
  expect(() => generateSpeculatively(tinyModel(), [3], options)).toThrow(
    `generateSpeculatively: proposals must be a whole number, 1 or more, got ${proposals}`,
  );
});

test.each([1, -0.1, Number.NaN])("a uniform number of %s is an error", async (u) => {
  await expect(speculate(tinyModel(), [3], { uniform: () => u })).rejects.toThrow(
    `generateSpeculatively: uniform must give numbers u with 0 <= u < 1, got ${u}`,
  );
});

test("a distribution that leaves no token is an error", async () => {
  const distribution: DistributionOf = () => ({ ids: [4], probabilities: [0] });
  await expect(speculate(tinyModel(), [3], { distribution })).rejects.toThrow(
    "draw: no token has a probability above 0; a distribution must leave one",
  );
});
