/** Flags whose values are texts: each has a resolver, or nothing compiles (tsc checks this file). */
import { type ChainFlags, idsOfWord, optionsOfTexts, SamplingError } from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import type { TextResolvers } from "../src/dialects/flag-texts.ts";
import { letters, TOKENS } from "./letters.ts";

const V = TOKENS.length + 2; // padded with two ids that have no text
const ids = (...tokens: string[]) => tokens.map((token) => TOKENS.indexOf(token));
const resolve = (flags: ChainFlags, spelling?: typeof letters) => optionsOfTexts(flags, spelling, V);

test("the resolvers are complete: without one of them they do not compile", () => {
  const none = () => ({});
  const whole: TextResolvers = { banned: none, dryBreaker: none };
  // @ts-expect-error: dryBreaker would be ignored
  const withoutBreakers: TextResolvers = { banned: none };
  // @ts-expect-error: there is no such flag
  const another: TextResolvers = { ...whole, dummyWord: none };
  expect([withoutBreakers, another]).not.toContain(whole);
});

test("flags without texts have no options of texts", () => {
  expect(resolve({ topK: 3 }, letters)).toEqual({ banned: undefined, dryBreakers: undefined });
});

describe("banned", () => {
  test.each([
    ["ids", "1, 2", [[1, 2]]],
    ["a text, with and without a space before it", "b", [ids("b"), ids(" b")]],
    ["a text with its space", " b", [ids(" b")]],
    ["digits in quotes", '"12"', [ids("1", "2"), ids(" ", "1", "2")]],
    ["a comma", ",", [ids(","), ids(" ", ",")]],
    ["a quote that does not end", '"a', [ids('"', "a"), ids(" ", '"', "a")]],
    ["quotes that hold no string of JSON", '""a"', [ids('"', '"', "a", '"'), ids(" ", '"', '"', "a", '"')]],
  ])("%s", (_, word, banned) => {
    expect(resolve({ banned: [word] }, letters)).toMatchObject({ banned });
  });
});

describe("dryBreaker", () => {
  const breakers = (flags: ChainFlags, spelling?: typeof letters) =>
    resolve({ dryMultiplier: 1, ...flags }, spelling).dryBreakers;

  test("by default all tokens that contain one of llama.cpp's four", () => {
    expect(breakers({}, letters)).toEqual(ids("\n", ":", '"', "*", "a:"));
  });

  test("ids, and then the tokens that contain a text, each once", () => {
    expect(breakers({ dryBreaker: ["11", "b", "1,2"] }, letters)).toEqual([11, 1, 2]);
  });

  test("none alone disables them, and is a text among others", () => {
    expect(breakers({ dryBreaker: ["none"] }, letters)).toEqual([]);
    expect(breakers({ dryBreaker: ["none", "2"] }, letters)).toEqual([2, ...ids("none")]);
  });

  test("without a spelling there are none by default, and given ones are ids", () => {
    expect(breakers({})).toEqual([]);
    expect(breakers({ dryBreaker: ["4,5", "6"] })).toEqual([4, 5, 6]);
  });
});

describe("an error names the flag, the value and the fix:", () => {
  const digits = (word: string) =>
    `must be token ids separated by commas, such as 1,2,3; to give it as a text, quote it twice: '"${word}"'`;
  test.each<[string, ChainFlags, string, typeof letters?]>([
    ["an id", { banned: ["1,15"] }, "banned: token id 15 is out of range; ids go from 0 to 14"],
    [
      "a breaker",
      { dryMultiplier: 1, dryBreaker: ["16"] },
      "dryBreaker: token id 16 is out of range; ids go from 0 to 14",
    ],
    [
      "a text without a spelling",
      { banned: ["a"] },
      'banned "a": a text needs a tokenizer; give token ids, such as 1,2,3',
    ],
    [
      "a breaker without a spelling",
      { dryMultiplier: 1, dryBreaker: ["1", '"12"'] },
      'dryBreaker "\\"12\\"": a text needs a tokenizer; give token ids, such as 1,2,3',
    ],
    ["digits with spaces", { banned: ["1 2 "] }, `banned "1 2 ": ${digits("1 2")}`, letters],
    [
      "a number too large",
      { banned: ["99999999999999999"] },
      `banned "99999999999999999": ${digits("99999999999999999")}`,
    ],
    ["a comma too many", { dryMultiplier: 1, dryBreaker: ["1,,2"] }, `dryBreaker "1,,2": ${digits("1,,2")}`],
    ["an empty text", { banned: [""] }, 'banned "": must not be empty', letters],
    [
      "a quoted empty text",
      { dryMultiplier: 1, dryBreaker: ['""'] },
      'dryBreaker "\\"\\"": must not be empty',
      letters,
    ],
  ])("%s", (_, flags, message, spelling) => {
    expect(() => resolve(flags, spelling)).toThrow(new SamplingError(message));
  });
});

test("a list of ids is one, and nothing else is", () => {
  expect(idsOfWord(" 1 ,2")).toEqual([1, 2]);
  for (const text of ["", " ", ",", "a", "1a", '"1"', "-1", "1.5"]) expect(idsOfWord(text)).toBeUndefined();
  expect(() => idsOfWord("1 2")).toThrow(SamplingError);
});
