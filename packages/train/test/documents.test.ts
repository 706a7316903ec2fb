/** Texts as documents. */
import { expect, test } from "vitest";
import { splitDocuments } from "../src/index.ts";

test.each([
  ["a line with the mark between documents", "one\n<|endoftext|>\ntwo\n", ["one", "two"]],
  ["lines that end as Windows ends them", "one\r\n<|endoftext|>\r\ntwo\r\n", ["one", "two"]],
  ["marks on a line with text", "<|endoftext|>one<|endoftext|>two<|endoftext|>", ["one", "two"]],
  ["no mark", "one\n\ntwo", ["one\n\ntwo"]],
  ["empty documents", "one<|endoftext|>\n<|endoftext|>two", ["one", "two"]],
  ["spaces, which stay", " one \n<|endoftext|>\n  two", [" one ", "  two"]],
  ["nothing but line breaks", "\n\n", []],
])("%s", (_, text, documents) => {
  expect(splitDocuments(text)).toEqual(documents);
});
