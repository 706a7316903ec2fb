/** The merges that make a token, in order, against tokenizers 0.23.2 with GPT-2's first n merges alone, for every n that matters. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sample } from "../../../test/setup/sample.ts";
import type { Tokenizer } from "../src/tokenizer/tokenizer.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer-files.ts";

type State = readonly [rank: number, ids: readonly number[]];

const read = (name: string) => readFileSync(new URL(`./fixtures/gpt2-tokenizer/${name}`, import.meta.url), "utf8");
const json = read("tokenizer.json");
const gpt2 = loadTokenizer(json);
const cases: { text: string; states: State[] }[] = JSON.parse(read("merges.json"));

/** The ids of a token's symbols after its merges up to a rank. */
function symbols(tokenizer: Tokenizer, id: number, upTo = Number.POSITIVE_INFINITY): number[] {
  const bytes = tokenizer.tokenBytes(id) as Uint8Array;
  const at = new Map(Array.from(bytes, (byte, i) => [i, idOfByte.get(byte) as number]));
  for (const merge of tokenizer.tokenMerges(id) ?? []) {
    if (merge.rank > upTo) continue;
    const right = [...at.keys()].find((begin) => begin > merge.at) as number;
    at.delete(right);
    at.set(merge.at, merge.id);
  }
  return [...at.values()];
}
const idOfByte = new Map(Array.from({ length: 256 }, (_, id) => [gpt2.tokenBytes(id)?.[0], id]));

test.each(cases)("$text: what each merge leaves", ({ text, states }) => {
  const ids = gpt2.encode(text);
  expect(ids).toEqual(states.at(-1)?.[1]);
  for (const [rank, left] of states) expect(ids.flatMap((id) => symbols(gpt2, id, rank))).toEqual(left);
  const ranks = ids.flatMap((id) => (gpt2.tokenMerges(id) ?? []).map((merge) => merge.rank));
  expect(new Set(ranks)).toEqual(new Set(states.slice(1).map(([rank]) => rank)));
});

test("every token of GPT-2 is made by its merges, one fewer than its bytes, in order of rank", () => {
  const isMade = (id: number): boolean => {
    const merges = gpt2.tokenMerges(id);
    const isOrdered = merges?.every(({ rank }, i) => rank >= (merges[i - 1]?.rank ?? 0));
    return (
      isOrdered === true && merges?.length === (gpt2.tokenBytes(id)?.length ?? 0) - 1 && symbols(gpt2, id)[0] === id
    );
  };
  const ids = sample(
    Array.from({ length: 50256 }, (_, id) => id),
    5000,
  );
  expect(ids.filter((id) => !isMade(id))).toEqual([]);
});

test("an added token, an unknown id, and a token that no merge gives have none", () => {
  expect(gpt2.tokenMerges(50256)).toBeUndefined();
  expect(gpt2.tokenMerges(50257)).toBeUndefined();
  const parsed = JSON.parse(json);
  parsed.model.merges = [["a", "b"]];
  parsed.model.vocab = { a: 0, b: 1, ab: 2, aba: 3 };
  const small = loadTokenizer(JSON.stringify(parsed));
  expect(small.tokenMerges(2)).toEqual([{ rank: 0, at: 0, id: 2 }]);
  expect(small.tokenMerges(3)).toBeUndefined();
});
