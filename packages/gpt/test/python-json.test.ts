/** Expected values are those of Python's json.loads. */
import { expect, test } from "vitest";
import { parsePythonJson } from "../src/config/python-json.ts";

const { NaN: nan, POSITIVE_INFINITY: infinity } = Number;

test.each<[string, unknown]>([
  ['{"a":1}', { a: 1 }],
  ["NaN", nan],
  ["[NaN, Infinity,-Infinity]", [nan, infinity, -infinity]],
  ['{"a":{"NaN":NaN},"b":["NaN",null,true,2]}', { a: { NaN: nan }, b: ["NaN", null, true, 2] }],
  ['{"\\"NaN":"\\\\","x":-Infinity,"\\u004eaN":"\\u004eaN"}', { '"NaN': "\\", x: -infinity, NaN: "NaN" }],
  ['["NaN, Infinity", NaN]', ["NaN, Infinity", nan]],
  ['{"1":NaN,"":NaN}', { 1: nan, "": nan }],
])("%s", (text, expected) => expect(parsePythonJson(text)).toEqual(expected));

test("a key __proto__ is a key", () => {
  expect(Object.entries(parsePythonJson('{"__proto__":NaN}') as object)).toEqual([["__proto__", nan]]);
});

test.each([
  "{NaN:1}",
  "-NaN",
  "+Infinity",
  "--Infinity",
  "NaNs",
  "1NaN",
  "1Infinity",
  "Infinity1",
  "nan",
  "[NaN,]",
  "NaN NaN",
  "__proto__",
  "",
])("%s is none", (text) => expect(() => parsePythonJson(text)).toThrow(SyntaxError));

test("a NaN that cannot be where it is is shown as it is written", () => {
  expect(() => parsePythonJson("{NaN:1}")).toThrow('expected a key in quotes or } at line 1, column 2, got "NaN"');
});

test("what else is wrong is told with its place in the text", () => {
  expect(() => parsePythonJson('{"a":NaN,"b":-Infinity,}')).toThrow(
    'expected a key in quotes at line 1, column 24, got "}"',
  );
});
