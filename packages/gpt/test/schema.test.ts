import * as v from "valibot";
import { expect, test } from "vitest";
import { finiteNumber, looseObject, object, parse, wholeNumber } from "../src/config/schema.ts";

const ENTRIES = { name: v.string("a string"), size: v.optional(wholeNumber("1 to 3", 1, 3), 2) };
const inner = object(ENTRIES, "an object with a name");
const outer = looseObject({ inner, scale: v.nullish(finiteNumber("a finite number")) }, "an object");

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
