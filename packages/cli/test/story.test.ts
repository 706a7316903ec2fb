/** Streaming a story: what is written when a run ends early with text held back. */
import type { FinishReason, GeneratedToken, Model } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import type { Note } from "../src/recorder.ts";
import { stream } from "../src/story.ts";

const model = { tokenizer: { tokenText: String } } as unknown as Model;
const prompt = { text: "Once", ids: [1] };
const token = (id: number, text: string): GeneratedToken => ({ id, text, logprob: 0, position: id });

/** A run of two tokens that holds back "b" and is then ended by `end`. */
function run(end: () => FinishReason, notes: Note[] = []) {
  const heldText: string[] = [];
  let written = "";
  async function* tokens(): AsyncGenerator<GeneratedToken, FinishReason> {
    try {
      yield token(1, "a");
      yield token(2, "");
      return end();
    } finally {
      heldText.push("b");
    }
  }
  const write = (text: string) => {
    written += text;
  };
  return { streamed: stream({ model, prompt, write, heldText }, tokens(), notes), written: () => written };
}

const failed = () => {
  throw new Error("the logits are NaN");
};

test("text held back is written, and is the last token's", async () => {
  const { streamed, written } = run(() => "abort");
  const { stories, end } = await streamed;
  expect(end).toBe("abort");
  expect(stories[0]?.map(({ text }) => text)).toEqual(["a", "b"]);
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
