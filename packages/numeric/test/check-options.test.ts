import { abortSignal, type Checks, checkOptions, listOf, objectWith, oneOf, required, strings } from "@tsgpt/numeric";
import { describe, expect, test } from "vitest";

interface Options {
  readonly maxTokens?: number | undefined;
  readonly stop?: readonly string[];
  readonly positions?: "all" | "last" | undefined;
  readonly useCache?: boolean | undefined;
  readonly name?: string;
  readonly signal?: AbortSignal | undefined;
  readonly onHeldText?: (text: string) => void;
}

const CHECKS: Checks<Options> = {
  maxTokens: "number",
  stop: strings,
  positions: oneOf("all", "last"),
  useCache: "boolean",
  name: "string",
  signal: abortSignal,
  onHeldText: "function",
};

const check = (options: unknown) => () => checkOptions("run", options as Options, CHECKS);

test("known options of the right types pass, and so do those that are undefined", () => {
  expect(check({})).not.toThrow();
  expect(check({ maxTokens: undefined, stop: undefined })).not.toThrow();
  const all = { maxTokens: 3, stop: ["\n"], positions: "last", useCache: false, name: "" };
  expect(check({ ...all, signal: new AbortController().signal, onHeldText: () => {} })).not.toThrow();
});

test.each([
  [{ max_tokens: 3 }, 'run: there is no option "max_tokens"; did you mean "maxTokens"?'],
  [{ max_tokens: undefined }, 'run: there is no option "max_tokens"; did you mean "maxTokens"?'],
  [
    { color: 3 },
    'run: there is no option "color"; the options are maxTokens, stop, positions, useCache, name, signal, onHeldText',
  ],
  [{ constructor: 3 }, /^run: there is no option "constructor"; the options are/],
  [JSON.parse('{ "__proto__": 3 }'), /^run: there is no option "__proto__"; the options are/],
  [Object.create({ max_tokens: 3 }), 'run: there is no option "max_tokens"; did you mean "maxTokens"?'],
  [{ 'a"b\n': 3 }, /^run: there is no option "a\\"b\\n"; the options are/],
])("an unknown option is an error that names the nearest: %j", (options, message) => {
  expect(check(options)).toThrow(typeof message === "string" ? new RangeError(message) : message);
});

test.each([
  [{ maxTokens: "12" }, 'run: option "maxTokens" must be a number, got the string "12"'],
  [{ maxTokens: null }, 'run: option "maxTokens" must be a number, got null'],
  [{ maxTokens: 12n }, 'run: option "maxTokens" must be a number, got the bigint 12'],
  [{ stop: "\n" }, 'run: option "stop" must be a list of strings, got the string "\\n"'],
  [{ stop: [1] }, 'run: option "stop" must be a list of strings, got an Array'],
  [{ positions: "first" }, 'run: option "positions" must be "all" or "last", got the string "first"'],
  [{ useCache: 0 }, 'run: option "useCache" must be a boolean, got the number 0'],
  [{ name: true }, 'run: option "name" must be a string, got true'],
  [{ name: () => "" }, 'run: option "name" must be a string, got a function'],
  [{ signal: new AbortController() }, 'run: option "signal" must be an AbortSignal, got an AbortController'],
  [{ signal: new URL("http://host") }, 'run: option "signal" must be an AbortSignal, got a URL'],
  [{ signal: new Uint8Array() }, 'run: option "signal" must be an AbortSignal, got a Uint8Array'],
  [{ signal: new Int8Array() }, 'run: option "signal" must be an AbortSignal, got an Int8Array'],
  [{ signal: new (class HTMLElement {})() }, 'run: option "signal" must be an AbortSignal, got an HTMLElement'],
  [{ signal: Object.create(null) }, 'run: option "signal" must be an AbortSignal, got an object'],
  [{ onHeldText: {} }, 'run: option "onHeldText" must be a function, got an object'],
  [{ maxTokens: "x".repeat(200) }, `run: option "maxTokens" must be a number, got the string "${"x".repeat(76)}...`],
])("a wrong type is an error that says the right one: %o", (options, message) => {
  expect(check(options)).toThrow(new RangeError(message));
});

test.each([
  [5, "the number 5"],
  ["x", 'the string "x"'],
  [null, "null"],
  [[1], "an Array"],
  [() => {}, "a function"],
  [undefined, "nothing"],
])("options that are not an object are an error: %o", (options, shown) => {
  expect(check(options)).toThrow(new RangeError(`run: options must be an object, got ${shown}`));
});

describe("an option that must be given", () => {
  interface Needing {
    readonly sample: () => number;
    readonly seed?: number;
  }
  const checks: Checks<Needing> = { sample: required("function"), seed: "number" };
  test.each([
    [{}, 'run: option "sample" is missing; it must be a function'],
    [{ sample: undefined, seed: 3 }, 'run: option "sample" is missing; it must be a function'],
    [{ sample: 3 }, 'run: option "sample" must be a function, got the number 3'],
  ])("is an error where it is not: %o", (options, message) => {
    expect(() => checkOptions("run", options as unknown as Needing, checks)).toThrow(new RangeError(message));
  });

  test("passes where it is", () => {
    expect(() => checkOptions("run", { sample: () => 1 }, checks)).not.toThrow();
  });
});

test("an object of an interface has its members, inherited or not", () => {
  class Cache {
    length = 0;
    reset() {}
  }
  const checks: Checks<{ readonly cache: Cache }> = { cache: required(objectWith("a cache", "length", "reset")) };
  expect(() => checkOptions("run", { cache: new Cache() }, checks)).not.toThrow();
  const wrong = { cache: { length: 3 } as Cache };
  expect(() => checkOptions("run", wrong, checks)).toThrow('run: option "cache" must be a cache, got an object');
});

test("a table that lacks an option, or has a check of another type, does not compile", () => {
  // @ts-expect-error: stop has no check
  const lacking: Checks<Pick<Options, "maxTokens" | "stop">> = { maxTokens: "number" };
  const tooMany: Checks<Pick<Options, "maxTokens">> = {
    maxTokens: "number",
    // @ts-expect-error: there is no such option
    stop: strings,
  };
  const wrong: Checks<Pick<Options, "maxTokens" | "name" | "positions">> = {
    // @ts-expect-error: it is a number
    maxTokens: "string",
    // @ts-expect-error: its elements are not
    name: listOf("a list of strings", "string"),
    // @ts-expect-error: not every string is a value of it
    positions: "string",
  };
  // @ts-expect-error: "last" is a value of it too
  const partial: Checks<Pick<Options, "positions">> = { positions: oneOf("all") };
  // @ts-expect-error: "first" is not
  const larger: Checks<Pick<Options, "positions">> = { positions: oneOf("all", "last", "first") };
  // @ts-expect-error: it must be given
  const optional: Checks<{ readonly seed: number }> = { seed: "number" };
  // @ts-expect-error: it may be left out
  const needed: Checks<{ readonly seed?: number }> = { seed: required("number") };
  expect([lacking, tooMany, wrong, partial, larger, optional, needed]).toHaveLength(7);
});
