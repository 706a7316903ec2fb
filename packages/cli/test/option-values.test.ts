/** What the text of an option means; a list that is written otherwise is told how it is written. */
import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { biases, feeding, gatherWords, logitRow, tokenIds } from "../src/options/values.ts";

const IDS = "must be token ids separated by commas, such as 1,2,3";
const LOGITS = "must be logits separated by commas, such as 0.8,-inf,0.4";
const PAIRS = "must be id:bias pairs separated by commas, such as 5:2,7:-1.5";

test.each<[string, (text: string) => unknown, string, unknown]>([
  ["ids", tokenIds, "1,2,3", [1, 2, 3]],
  ["ids with spaces", tokenIds, " 1, 2 ,3", [1, 2, 3]],
  ["logits", logitRow, "0.8, -inf,-1e2", { row: [0.8, Number.NEGATIVE_INFINITY, -100] }],
  ["a file of logits", logitRow, "@row.json", { file: "row.json" }],
  ["biases", biases, "5:2, 07 : -1.5", { 5: 2, 7: -1.5 }],
  ["a sequence of ids", gatherWords, "1,2", ["1,2"]],
  ["a word", gatherWords, "king", ["king"]],
  ["a comma as a word", gatherWords, ",", [","]],
  ["digits in quotes as a word", gatherWords, '"1 2"', ['"1 2"']],
  ["ids among words", gatherWords, " 1, 2", [" 1, 2"]],
  ["a prefill", feeding, "prefill:12", { prefill: 12 }],
])("%s", (_, parse, text, value) => {
  expect(parse(text)).toEqual(value);
});

describe("a list in another form names the form, and the item that does not fit:", () => {
  test.each<[string, (text: string) => unknown, string, string]>([
    ["ids with spaces alone", tokenIds, "1 2 3", `${IDS}; "1 2 3" is not a whole number from 0`],
    ["a word among ids", tokenIds, "1,two", `${IDS}; "two" is not a whole number from 0`],
    ["a negative id", tokenIds, "-1", `${IDS}; "-1" is not a whole number from 0`],
    ["half an id", tokenIds, "1.5", `${IDS}; "1.5" is not a whole number from 0`],
    ["an id beyond 2^53", tokenIds, "9007199254740993", `${IDS}; "9007199254740993" is not a whole number from 0`],
    ["a comma at the end", tokenIds, "1,2,", `${IDS}; "" is not a whole number from 0`],
    ["brackets", tokenIds, "[1,2]", `${IDS}; "[1" is not a whole number from 0`],
    ["logits with spaces alone", logitRow, "1 2 3", `${LOGITS}; "1 2 3" is not a finite number or -inf`],
    ["a word among logits", logitRow, "1,nan", `${LOGITS}; "nan" is not a finite number or -inf`],
    ["+inf", logitRow, "inf,1", `${LOGITS}; "inf" is not a finite number or -inf`],
    ["no logits", logitRow, "", `${LOGITS}; "" is not a finite number or -inf`],
    ["a bias that has an id alone", biases, "5:2,7", `${PAIRS}; "7" is not an id:bias pair`],
    ["biases with spaces alone", biases, "5:2 7:3", `${PAIRS}; "5:2 7:3" is not an id:bias pair`],
    ["a bias without a number", biases, "5:", `${PAIRS}; "5:" is not an id:bias pair`],
    ["a bias of a word", biases, "king:2", `${PAIRS}; "king:2" is not an id:bias pair`],
    ["an infinite bias", biases, "5:Infinity", `${PAIRS}; "5:Infinity" is not an id:bias pair`],
    ["ids among words with spaces", gatherWords, "1 2 3", `${IDS}; to give it as a text, quote it twice: '"1 2 3"'`],
    [
      "ids among words with a comma at the end",
      gatherWords,
      "1,",
      `${IDS}; to give it as a text, quote it twice: '"1,"'`,
    ],
    [
      "an id among words that is too large for a number",
      gatherWords,
      "99999999999999999999",
      `${IDS}; to give it as a text, quote it twice: '"99999999999999999999"'`,
    ],
    ["a prefill of none", feeding, "prefill:0", "must be none, step or prefill:K, where K is a whole number from 1"],
    ["a prefill of a word", feeding, "prefill:x", "must be none, step or prefill:K, where K is a whole number from 1"],
    ["no known feeding", feeding, "all", "must be none, step or prefill:K, where K is a whole number from 1"],
  ])("%s", (_, parse, text, message) => {
    expect(() => parse(text)).toThrow(new InvalidArgumentError(message));
  });
});
