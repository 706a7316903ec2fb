/** Options as text: what is read from a field, what is refused, and that writing is the way back. */
import { expect, test } from "vitest";
import { FORMS } from "../src/state/option-text.ts";

test.each([
  ["token ids", "1, 2,3", [1, 2, 3], "1, 2, 3"],
  ["biases", "5:2, 7 : -1.5,8:1e1", { 5: 2, 7: -1.5, 8: 10 }, "5:2, 7:-1.5, 8:10"],
  ["texts", "one \n\n1,2\n", ["one ", "1,2"], "one \n1,2"],
  ["scope", " generated ", "generated", "generated"],
  ["scope", "64", 64, "64"],
] as const)("%s: %j", (kind, text, value, written) => {
  expect(FORMS[kind].read(text)).toEqual(value);
  expect(FORMS[kind].write(value)).toBe(written);
});

test.each([
  ["token ids", "1,,2", "Enter token ids separated by commas, such as 1, 2, 3"],
  ["token ids", "a", "Enter token ids separated by commas, such as 1, 2, 3"],
  ["token ids", "9007199254740993", "Enter token ids separated by commas, such as 1, 2, 3"],
  ["biases", "5", "Enter id:bias pairs separated by commas, such as 5:2, 7:-1.5"],
  ["biases", "5:1e999", "Enter id:bias pairs separated by commas, such as 5:2, 7:-1.5"],
  ["biases", "5:-", "Enter id:bias pairs separated by commas, such as 5:2, 7:-1.5"],
  ["biases", "5:1,05:2", "Name token 5 once"],
  ["scope", "some", "Enter all, generated or a whole number of last tokens"],
] as const)("%s: %j is refused", (kind, text, message) => {
  expect(() => FORMS[kind].read(text)).toThrow(new Error(message));
});
