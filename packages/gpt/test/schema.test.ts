import { expect, test } from "vitest";
import {
  array,
  boolean,
  custom,
  finiteNumber,
  looseObject,
  nullish,
  object,
  oneOf,
  optional,
  parse,
  string,
  wholeNumber,
} from "../src/config/schema.ts";

const ENTRIES = { name: string("a string"), size: optional(wholeNumber("1 to 3", 1, 3), 2) };
const inner = object(ENTRIES, "an object with a name");
const outer = looseObject({ inner, scale: nullish(finiteNumber("a finite number")) }, "an object");

const problemOf = (value: unknown): string => {
  try {
    return JSON.stringify(parse(outer, value, ({ path, rule }) => new Error(`${path.join(".")}: ${rule}`)));
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  [null, ": an object"],
  [[], ": an object"],
  ["inner", ": an object"],
  [{}, "inner: an object with a name"],
  [{ inner: [] }, "inner: an object with a name"],
  [{ inner: {} }, "inner.name: a string"],
  [{ inner: { name: 1 } }, "inner.name: a string"],
  [{ inner: { name: "a", size: 0 } }, "inner.size: 1 to 3"],
  [{ inner: { name: "a", size: 4 } }, "inner.size: 1 to 3"],
  [{ inner: { name: "a", size: 1.5 } }, "inner.size: 1 to 3"],
  [{ inner: { name: "a", size: null } }, "inner.size: 1 to 3"],
  [{ inner: { name: "a" }, scale: Number.POSITIVE_INFINITY }, "scale: a finite number"],
  [{ inner: { name: "a" }, scale: Number.NaN }, "scale: a finite number"],
  [{ scale: "1", inner: { size: 0 } }, "inner.name: a string"],
])("%j: the first problem, in the order of the schema, is %j", (value, problem) => {
  expect(problemOf(value)).toBe(problem);
});

test("defaults are added; other keys stay in a loose object alone", () => {
  const value = { inner: { name: "a", other: 1 }, scale: null, other: 1 };
  expect(problemOf(value)).toBe('{"inner":{"name":"a","size":2},"scale":null,"other":1}');
});

const lists = object(
  {
    flags: optional(array(boolean("true or false"), "a list"), []),
    even: custom((value) => Number(value) % 2 === 0, "even"),
  },
  "an object",
);
const listsProblem = (value: unknown): string => {
  try {
    return JSON.stringify(parse(lists, value, ({ path, rule }) => new Error(`${path.join(".")}: ${rule}`)));
  } catch (error) {
    return (error as Error).message;
  }
};

test.each([
  [{ even: 2 }, '{"flags":[],"even":2}'],
  [{ flags: [true, false], even: 0 }, '{"flags":[true,false],"even":0}'],
  [{ flags: null, even: 0 }, "flags: a list"],
  [{ flags: { 0: true }, even: 0 }, "flags: a list"],
  [{ flags: [true, 1], even: 0 }, "flags.1: true or false"],
  [{ even: 3 }, "even: even"],
  [{}, "even: even"],
])("of lists and own rules, %j gives %s", (value, result) => {
  expect(listsProblem(value)).toBe(result);
});

test.each([
  ["pad", "pad"],
  [0, 0],
  ["Pad", "pad or 0"],
  [null, "pad or 0"],
])("one of two values: %j gives %j", (value, result) => {
  const read = () => parse(oneOf(["pad", 0], "pad or 0"), value, ({ rule }) => new Error(rule));
  if (result === "pad or 0") expect(read).toThrow(result);
  else expect(read()).toBe(result);
});

test("an inherited property is not a key of the object", () => {
  const schema = object({ toString: optional(string("a string")) }, "an object");
  expect(parse(schema, {}, ({ rule }) => new Error(rule))).toEqual({});
});

test("a key __proto__ of a loose object stays its own", () => {
  const value: unknown = JSON.parse('{"__proto__":{"a":1}}');
  const result = parse(looseObject({}, "an object"), value, ({ rule }) => new Error(rule));
  expect([Object.hasOwn(result, "__proto__"), "a" in result]).toEqual([true, false]);
});
