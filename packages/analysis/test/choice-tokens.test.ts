/** Where a prompt ends and a choice begins, in GPT-2's tokens and in those of the fixture. */
import { choiceTokens } from "@tsgpt/analysis";
import { loadTokenizer, type Model, type Tokenizer } from "@tsgpt/gpt";
import { createReferenceEngine } from "@tsgpt/tensor";
import { beforeAll, describe, expect, test } from "vitest";
import { loadFixture, readBytes } from "./fixture-files.ts";

let model: Model;
let gpt2: Model;
beforeAll(async () => {
  model = await loadFixture("packages/gpt/test/fixtures/fairytales-1", createReferenceEngine());
  const json = new TextDecoder().decode(await readBytes("packages/gpt/test/fixtures/gpt2-tokenizer/tokenizer.json"));
  gpt2 = { ...model, tokenizer: loadTokenizer(json) };
});

/** The texts of the tokens. */
const spelled = (of: Model, prompt: string, choices: readonly string[]) => {
  const { shared, rests } = choiceTokens(of, prompt, choices);
  const texts = (ids: readonly number[]) => ids.map((id) => of.tokenizer?.tokenText(id));
  return { shared: texts(shared), rests: rests.map(texts) };
};

describe("GPT-2's tokens", () => {
  test("a choice with its space follows the whole prompt", () => {
    expect(spelled(gpt2, "Sentiment:", [" Positive", " Negative"])).toEqual({
      shared: ["Sent", "iment", ":"],
      rests: [[" Positive"], [" Negative"]],
    });
  });

  test("a space at the end of the prompt joins the choice: it is scored with it, in every choice", () => {
    expect(spelled(gpt2, "Sentiment: ", ["Positive", "Negative"])).toEqual({
      shared: ["Sent", "iment", ":"],
      rests: [[" Positive"], [" Negative"]],
    });
  });

  test("what one choice joins is scored in all, so that all are scored on the same text", () => {
    // "a " and "1" stay apart; " b" is one token
    const { shared, rests } = spelled(gpt2, "a ", ["1", "b"]);
    expect(shared).toEqual(["a"]);
    expect(rests).toEqual([[" 1"], [" b"]]);
    expect(spelled(gpt2, "to m", ["orrow", "!"]).rests).toEqual([
      [" mor", "row"],
      [" m", "!"],
    ]);
  });
});

test("the tokens are those of the whole text", () => {
  const { tokenizer } = model as Model & { tokenizer: Tokenizer };
  for (const [prompt, choice] of [
    ["The king", "dom"],
    ["The king ", "and"],
    ["Who are you", '?"'],
    ["x", " y z"],
  ] as const) {
    const { shared, rests } = choiceTokens(model, prompt, [choice, "!"]);
    expect([...shared, ...(rests[0] as number[])]).toEqual(tokenizer.encode(prompt + choice));
  }
});

test("after an empty prompt the model's begin token is the context", () => {
  const { shared, rests } = choiceTokens(model, "", ["The king", " his"]);
  expect(shared).toEqual([model.config.eosTokenId]);
  expect(rests[0]).toEqual(model.tokenizer?.encode("The king"));
});

describe("refused:", () => {
  test("a model without a tokenizer", () => {
    const without = { ...model, tokenizer: undefined };
    expect(() => choiceTokens(without, "x", ["a", "b"])).toThrow(
      `choiceTokens: model "${model.name}" has no tokenizer, and choices are texts`,
    );
  });

  test("more tokens than the context, with the number", () => {
    const { tokenizer, config } = model as Model & { tokenizer: Tokenizer };
    const prompt = "king".repeat(config.nPositions);
    const count = tokenizer.encode(`${prompt} a b`).length;
    expect(() => choiceTokens(model, prompt, ["!", " a b"])).toThrow(
      `choiceTokens: prompt and choice have ${count} tokens; the model takes ${config.nPositions}; shorten the prompt`,
    );
  });

  test("a choice of which the tokenizer makes nothing", () => {
    const trimming = { ...(model.tokenizer as Tokenizer), encode: (text: string) => [...text.trimEnd()].map(() => 7) };
    expect(() => choiceTokens({ ...model, tokenizer: trimming }, "ab", ["c", " "])).toThrow(
      'choiceTokens: the choice " " adds no token to the prompt',
    );
  });
});
