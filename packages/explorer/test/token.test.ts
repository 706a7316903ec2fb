/** What a chip opens: a token's bytes and the symbols that each merge leaves. */
import type { Model } from "@tsgpt/gpt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { describeToken } from "../src/worker/token.ts";
import { loadFixtureModel } from "./fixture-model.ts";

let model: Model;
beforeAll(async () => {
  model = await loadFixtureModel();
});
afterAll(() => model.engine.dispose());

const idOf = (text: string) => model.tokenizer?.encode(text)[0] as number;

/** The symbols of each step as text, with its rank. */
function stepsOf(id: number) {
  const { bytes, steps } = describeToken(model, id);
  return steps?.map(({ rank, begins, merged }) => {
    const text = (from: number, to?: number) => new TextDecoder().decode(bytes.slice(from, to));
    const symbols = begins.map((begin, i) => text(begin, begins[i + 1]));
    return [rank, symbols, merged === undefined ? undefined : symbols[begins.indexOf(merged)]];
  });
}

// tokenizers 0.23.2 with the file's first 0, 7, 25, 101 and 325 merges gives these symbols.
test('the symbols of " king" at the start, and after each of its merges', () => {
  expect(stepsOf(idOf(" king"))).toEqual([
    [undefined, [" ", "k", "i", "n", "g"], undefined],
    [6, [" ", "k", "in", "g"], "in"],
    [24, [" ", "k", "ing"], "ing"],
    [100, [" k", "ing"], " k"],
    [324, [" king"], " king"],
  ]);
});

test("a character in several tokens: each has its bytes", () => {
  const bytes = model.tokenizer?.encode("👑").flatMap((id) => [...describeToken(model, id).bytes]);
  expect(bytes).toEqual([...new TextEncoder().encode("👑")]);
});

test("an end-of-text token has bytes and no merges; an id without text has neither", () => {
  expect(describeToken(model, 0)).toEqual({
    id: 0,
    bytes: new TextEncoder().encode("<|endoftext|>"),
    steps: undefined,
  });
  expect(describeToken(model, 99_999)).toEqual({ id: 99_999, bytes: new Uint8Array(), steps: undefined });
});
