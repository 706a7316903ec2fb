/**
 * Every code point but surrogates in six texts, against tokenizers 0.23.2 by way of tools/reference/make_tokenizer_fixtures.py: how
 * GPT-2's pattern cuts them, and the digest of all ids. `pnpm test:full` takes them all, `pnpm test` those at the ends of runs of equal
 * cuts, and a few blocks.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FULL } from "../../../test/setup/sample.ts";
import { addedVocabulary, tokenFinder } from "../src/tokenizer/added-tokens.ts";
import { splitWords } from "../src/tokenizer/split-words.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer-files.ts";

interface CodePoints {
  readonly block: number;
  readonly contexts: readonly string[];
  /** By context: kinds of cuts, as the words' lengths in code points, and runs: steps from start to start, and the kind. */
  readonly cuts: readonly { readonly kinds: readonly string[]; readonly runs: string }[];
  readonly digests: readonly string[];
  /** What `lstrip` and `rstrip` of an added token take away. */
  readonly stripped: readonly number[];
  /** What keeps a token of `single_word` from being found beside it. */
  readonly word: CodePoints["cuts"][number];
}

const folder = new URL("./fixtures/gpt2-tokenizer/", import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), "utf8");
const { block, contexts, cuts, digests, stripped, word }: CodePoints = JSON.parse(read("code-points.json"));
const END = 0x110000;
const isSurrogate = (code: number) => code >= 0xd800 && code < 0xe000;

describe.each(contexts.map((context, i) => [context, cuts[i] as CodePoints["cuts"][number]] as const))(
  "%s",
  (context, cut) => {
    const runs = runsOf(cut);

    test("is cut as tokenizers cuts it, whatever the character", () => {
      const wrong: string[] = [];
      for (const [i, [first, kind]] of runs.entries()) {
        const end = runs[i + 1]?.[0] ?? END;
        for (const code of FULL ? range(first, end) : new Set([first, first + 1, end - 2, end - 1])) {
          if (isSurrogate(code) || code < first || code >= end) continue;
          const words = splitWords(context.replaceAll("{c}", String.fromCodePoint(code)));
          if (words.map((word) => [...word].length).join("") !== kind) wrong.push(code.toString(16));
        }
      }
      expect(wrong).toEqual([]);
    }, 300_000);
  },
);

function runsOf({ kinds, runs }: CodePoints["cuts"][number]): (readonly [start: number, kind: string | undefined])[] {
  let start = 0;
  return runs.split(" ").map((run) => {
    const [step, kind] = run.split(".") as [string, string];
    start += Number.parseInt(step, 16);
    return [start, kinds[Number(kind)]] as const;
  });
}

function* range(first: number, end: number): Generator<number> {
  for (let code = first; code < end; code++) yield code;
}

test("ids are those of tokenizers", () => {
  const gpt2 = loadTokenizer(read("tokenizer.json"));
  const sample = [0, 1, 2, 15, 29]; // Latin to Arabic, Indic, symbols, and ideographs beyond the first plane
  const blocks = FULL ? [...digests.keys()] : sample;
  const ours = blocks.map((number) => {
    const digest = createHash("sha256");
    for (const code of range(number * block, (number + 1) * block)) {
      if (isSurrogate(code)) continue;
      for (const context of contexts) {
        const ids = gpt2.encode(context.replaceAll("{c}", String.fromCodePoint(code)));
        digest.update(`${ids.join(",")}\n`);
      }
    }
    return digest.digest("hex").slice(0, 8);
  });
  expect(ours).toEqual(blocks.map((number) => digests[number]));
}, 900_000);

test("half of a surrogate pair counts as U+FFFD", () => {
  const gpt2 = loadTokenizer(read("tokenizer.json"));
  for (const half of ["\ud800", "\udbff", "\udc00", "\udfff"])
    expect(gpt2.encode(`x${half}y \ud83d\ude00`)).toEqual(gpt2.encode("x\ufffdy \ud83d\ude00"));
});

describe("an added token", () => {
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: false };
  const finderOf = (properties: object) => {
    const token = { content: "Q", ...flags, ...properties };
    const added = addedVocabulary([token], new Map());
    return tokenFinder(added, { normalize: (text) => text, splitSpecialTokens: false });
  };
  const strips = finderOf({ lstrip: true, rstrip: true });
  const stands = finderOf({ single_word: true });

  test("takes away the white space of tokenizers, and no other", () => {
    const found: number[] = [];
    for (const code of range(0, FULL ? END : 0x10000)) {
      const character = String.fromCodePoint(code);
      const taken = [strips(`${character}Q`), strips(`Q${character}`)].filter(({ length }) => length === 1).length;
      if (taken === 2) found.push(code);
      else if (taken === 1) found.push(-code); // on one side only
    }
    expect(found).toEqual(stripped);
  });

  test("of a single word stands beside the characters that tokenizers counts to no word", () => {
    const runs = runsOf(word);
    const wrong: string[] = [];
    for (const [i, [first, kind]] of runs.entries()) {
      const end = runs[i + 1]?.[0] ?? END;
      for (const code of new Set([first, first + 1, end - 2, end - 1])) {
        if (code < first || code >= end || isSurrogate(code)) continue;
        const character = String.fromCodePoint(code);
        for (const text of [`${character}Q`, `Q${character}`])
          if (stands(text).includes(0) !== (kind === "other")) wrong.push(code.toString(16));
      }
    }
    expect(wrong).toEqual([]);
  });
});
