/** Words of texts that are cut into pieces. */
import { splitWords } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { countWords, pieces } from "../src/tokenizer/count-words.ts";
import { fixtureText } from "./fixture-texts.ts";

const EXCERPT = await fixtureText("tokenizer/excerpt.txt");
const MIXED =
  "it's  a\n\n test\u00a0\u3000of\u0085 white \r\n space, '  's and\t 12 34\u{1f600} \u{1f600}é \n漢 字".repeat(3);

test.each([
  ["an excerpt", EXCERPT.slice(0, 4000)],
  ["white space of many kinds", MIXED],
  ["no place to cut", "漢".repeat(100)],
  ["white space alone", " \n".repeat(50)],
])("%s has the same words in pieces of any length", (_, text) => {
  const whole = splitWords(text);
  for (let length = 1; length < 40; length++) {
    expect([...pieces(text, length)].flatMap((piece) => splitWords(piece))).toEqual(whole);
  }
});

test("a piece has the length asked for, up to the next end of a word", () => {
  expect([...pieces("one two three four", 5)]).toEqual(["one two", " three", " four"]);
});

test("words are counted over all texts, and not across them", async () => {
  const counts = await countWords(["a b", " b a", "a"], {});
  expect([...counts]).toEqual([
    ["a", 2],
    [" b", 2],
    [" a", 1],
  ]);
});
