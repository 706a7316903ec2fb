/** Streaming a completion: what is written when a run ends early with text held back. */
import { ContextOverflowError, type FinishReason, type GeneratedToken, type Model } from "@tsgpt/gpt";
import { describe, expect, test } from "vitest";
import { promptOf, stream } from "../src/generate/completion.ts";
import type { TokenRecord } from "../src/generate/recorder.ts";

const model = { tokenizer: { tokenText: String } } as unknown as Model;
const prompt = { text: "Once", ids: [1] };
const token = (id: number, text: string): GeneratedToken => ({ id, text, logprob: 0, position: id });

/** A run of two tokens that holds back "b" and is then ended by `end`. */
function run(end: () => FinishReason, records: TokenRecord[] = []) {
  const heldTexts: string[] = [];
  let written = "";
  async function* tokens(): AsyncGenerator<GeneratedToken, FinishReason> {
    try {
      yield token(1, "a");
      yield token(2, "");
      return end();
    } finally {
      heldTexts.push("b");
    }
  }
  const write = (text: string) => {
    written += text;
  };
  return { streamed: stream({ model, prompt, write, heldTexts }, tokens(), [records]), written: () => written };
}

const failed = () => {
  throw new Error("the logits are NaN");
};

test("text held back is written, and is the last token's", async () => {
  const { streamed, written } = run(() => "abort");
  const { tokenLists, end } = await streamed;
  expect(end).toBe("abort");
  expect(tokenLists[0]?.map(({ text }) => text)).toEqual(["a", "b"]);
  expect(written()).toBe("Onceab\n");
});

test("it is written before an error's message too", async () => {
  const { streamed, written } = run(failed);
  await expect(streamed).rejects.toThrow("the logits are NaN");
  expect(written()).toBe("Onceab\n");
});

test("with a trace, the whole text at the end has it", async () => {
  const { streamed, written } = run(() => "abort", [{ steps: [] }, { steps: [] }]);
  await streamed;
  expect(written()).toMatch(/\n\nOnceab\n$/);
});

test("of several completions each has its own at its end, before the next begins", async () => {
  const heldTexts: string[] = [];
  let written = "";
  async function* tokens(): AsyncGenerator<GeneratedToken & { index: number }, FinishReason[]> {
    for (const index of [0, 1, 2]) {
      yield { ...token(index, "a"), index };
      if (index !== 1) heldTexts[index] = `${index}`;
    }
    return ["abort", "length", "abort"];
  }
  const write = (text: string) => {
    written += text;
  };
  const { tokenLists } = await stream({ model, prompt, write, heldTexts }, tokens(), []);
  expect(tokenLists.map((tokens) => tokens.map(({ text }) => text).join(""))).toEqual(["a0", "a", "a2"]);
  expect(written).toBe("Oncea0\n\nOncea\n\nOncea2\n");
});

describe("the prompt", () => {
  /** A vocabulary of 8 ids, of which the tokenizer has 6. */
  const padded = {
    tokenizer: {
      encode: (text: string) => [...text].map(Number),
      decode: (ids: readonly number[]) => ids.map((id) => padded.tokenizer.tokenText(id)).join(""),
      tokenText: (id: number) => {
        if (id < 6) return `${id}`;
        throw new RangeError(`decode: no token has id ${id}`);
      },
    },
    config: { vocabSize: 8, nPositions: 4 },
    parameters: {},
  };
  const read = (given: string | number[]) => promptOf(padded as unknown as Model, given);

  test("of ids has their text", () => {
    expect(read([1, 5])).toEqual({ ids: [1, 5], text: "15" });
  });

  test("of an id that only the model has is ids alone", () => {
    expect(read([1, 7])).toEqual({ ids: [1, 7], text: null });
  });

  test.each([[[1, 8]], ["18"]])("%j: an id that the model does not have is an error that names the prompt", (given) => {
    expect(() => read(given)).toThrow("the prompt's token id 8 is out of range; ids go from 0 to 7");
  });

  test("too long for the model is an error before anything is written", () => {
    expect(() => read([1, 2, 3, 4, 5])).toThrow(ContextOverflowError);
  });
});
