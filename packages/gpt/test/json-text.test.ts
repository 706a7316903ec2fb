import { expect, test } from "vitest";
import { parseJsonText } from "../src/config/json-text.ts";
import { dice } from "./fuzz/dice.ts";

test.each([
  ["", "a value at line 1, column 1, got the end"],
  [" \n\t", "a value at line 2, column 2, got the end"],
  ["{", "a key in quotes or } at line 1, column 2, got the end"],
  ["{x: 1}", 'a key in quotes or } at line 1, column 2, got "x"'],
  ['{"a" 1}', 'a colon at line 1, column 6, got "1"'],
  ['{"a": }', 'a value at line 1, column 7, got "}"'],
  ['{"a": 1 "b": 2}', 'a comma or } at line 1, column 9, got "\\""'],
  ['{\n  "a": [1, {}, "x"],\n  "b": undefined\n}', 'a value at line 3, column 8, got "undefined"'],
  ['{"a":1,}', 'a key in quotes at line 1, column 8, got "}"'],
  ["[1,]", 'a value at line 1, column 4, got "]"'],
  ["[01]", 'a comma or ] at line 1, column 3, got "1"'],
  ["[1}", 'a comma or ] at line 1, column 3, got "}"'],
  ["[", "a value or ] at line 1, column 2, got the end"],
  ["[]]", 'the end at line 1, column 3, got "]"'],
  ["-Infinity", 'a value at line 1, column 1, got "-Infinity"'],
  ['["a\nb"]', 'a closing quote at line 1, column 4, got "\\n"'],
  ['["a\\"]', "a closing quote at line 1, column 7, got the end"],
  ['["\\x41"]', 'a valid escape at line 1, column 3, got "\\\\"'],
  ["[\u{1f600}]", 'a value or ] at line 1, column 2, got "\u{1f600}"'],
  ["\u2028{", 'a value at line 1, column 1, got "\\u{2028}"'],
  ["[".repeat(1_000_000), "a value or ] at line 1, column 1000001, got the end"],
])("%#: what is wrong first, and where", (text, message) => {
  expect(() => parseJsonText(text)).toThrow(new SyntaxError(`expected ${message}`));
});

test("what is no JSON to JSON.parse has a fault, and what is has none", () => {
  const random = dice(5);
  const pieces = [...'{}[]:,"\\ \n0123.eE+-truefalsn', '"a"', "null", "1", "\\u0061", "\ud800", "é"];
  for (let i = 0; i < 5000; i++) {
    const text = Array.from({ length: 1 + random.below(6) }, () => random.pick(pieces)).join("");
    expect(outcomeOf(parseJsonText, text), JSON.stringify(text)).toEqual(outcomeOf(JSON.parse, text));
  }
});

function outcomeOf(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    const { name, message } = error as Error;
    expect(message).not.toMatch(/expected (undefined|the end .* got the end)/);
    return name;
  }
}
