import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadTokenizer } from "@tsgpt/gpt";
import { expect, test } from "vitest";
import { quoted, tokenShower, tokenText, withText } from "../src/terminal/token-text.ts";
import { fixture } from "./process.ts";

const TOKENIZER = join(fixture("fairytales-1"), "tokenizer.json");

test("a token beyond the tokenizer has no text, nor has any without one", async () => {
  const tokenizer = loadTokenizer(await readFile(TOKENIZER, "utf8"));
  expect(tokenText(tokenizer, 581)).toBe(" king");
  expect(tokenText(tokenizer, 4096)).toBeUndefined(); // a padded vocabulary has such
  expect(tokenText(undefined, 0)).toBeUndefined();
});

test("a token is shown in quotes, so that its space is seen; without a text by its id", async () => {
  const show = tokenShower(loadTokenizer(await readFile(TOKENIZER, "utf8")));
  expect([581, 4096].map(show)).toEqual(['" king"', "4096"]);
  expect(tokenShower(undefined)(581)).toBe("581");
});

test.each([
  ['\n\t"', '"\\n\\t\\""'],
  ["\u00a0", '"\\u00a0"'], // a space that does not break
  ["\u0085\u200b\ufeff", '"\\u0085\\u200b\\ufeff"'], // a control, and two of no width
  ["\u{e0001}", '"\\u{e0001}"'],
  [" é 😀", '" é 😀"'],
])("what is invisible or moves the cursor is shown by its number: %j", (text, shown) => {
  expect(quoted(text)).toBe(shown);
});

test("in JSON every token that is named has a text beside its id, or null", async () => {
  const tokenizer = loadTokenizer(await readFile(TOKENIZER, "utf8"));
  const report = { kept: 2, top: [{ id: 581, probability: 0.75 }], removed: [{ id: 4096, probability: 0.25 }] };
  expect(withText(tokenizer, report)).toEqual({
    kept: 2,
    top: [{ id: 581, text: " king", probability: 0.75 }],
    removed: [{ id: 4096, text: null, probability: 0.25 }],
  });
  expect(Object.keys(withText(tokenizer, { top: [] }))).toEqual(["top"]);
});
