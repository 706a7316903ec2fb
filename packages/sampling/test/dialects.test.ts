/**
 * What a step cannot lack (tsc checks this file): its place in an order, the flag of a transformers key, and the kind of
 * flag that a tokenizer is asked for.
 */
import { type Candidates, dialects, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { DIALECT_SPECS, dialect, type Ordered } from "../src/dialects/dialects.ts";
import type { TextFlag, TextsOf } from "../src/dialects/options.ts";
import { stepOf, type TransformersKey } from "../src/spec.ts";
import { step } from "../src/step.ts";
import * as all from "../src/steps/all.ts";

const whole = [
  "lecture-penalties",
  "repetition-penalty",
  "no-repeat-ngram",
  "dry",
  "logit-bias",
  "banned-words",
  "min-length",
  "allowed-tokens",
  "forced-token",
  "temperature",
  "top-k",
  "top-p",
  "min-p",
  "typical",
  "epsilon",
  "eta",
  "top-n-sigma",
  "xtc",
  "watermark",
  "mirostat",
] as const;

test("an order with every step compiles, and one that lacks any does not", () => {
  const [, ...withoutPenalties] = whole;
  const [penalties, , ...withoutRepetition] = whole;
  const rest = { scope: "all", defaults: {} } as const;
  dialect({ order: whole, ...rest });
  dialect({ order: ["additive-penalties", ...withoutPenalties], ...rest });
  // @ts-expect-error: it lacks the lecture's penalties or OpenAI's
  dialect({ order: withoutPenalties, ...rest });
  // @ts-expect-error: it lacks the repetition penalty
  dialect({ order: [penalties, ...withoutRepetition], ...rest });
  // @ts-expect-error: there is no such step
  dialect({ order: [...whole, "top-q"], ...rest });
  // @ts-expect-error: greedy has no position, it is last
  dialect({ order: [...whole, "greedy"], ...rest });
});

const parts = {
  type: "top-q",
  kind: "shape",
  parameters: {},
  build: () => undefined,
  run: (candidates: Candidates) => candidates,
} as const;

interface TopQ {
  readonly type: "top-q";
}

test("a definition lacks nothing: an option and a flag have their declarations", () => {
  interface Options {
    readonly topQ: number;
  }
  const whole = {
    ...parts,
    options: { topQ: { check: "number" } },
    flags: { topQ: { takes: { kind: "number" } } },
  } as const;
  step<TopQ, Options>(whole);
  // @ts-expect-error: an option without its declaration
  step<TopQ, Options>({ ...whole, options: {} });
  // @ts-expect-error: an option without its check
  step<TopQ, Options>({ ...whole, options: { topQ: {} } });
  // @ts-expect-error: an option with the check of another type
  step<TopQ, Options>({ ...whole, options: { topQ: { check: "string" } } });
  // @ts-expect-error: an option without its flag
  step<TopQ, Options>({ ...whole, flags: {} });
  // @ts-expect-error: a parameter without its rule
  step<TopQ & { readonly q: number }, Options>(whole);
});

test("a flag takes texts if its value is a list of strings, and only then", () => {
  interface Flags {
    readonly word?: readonly string[];
    readonly q?: number;
  }
  const [texts, number] = [{ kind: "texts" }, { kind: "number" }] as const;
  const q = { takes: number };
  const word = { takes: texts };
  const whole = { ...parts, options: {} };
  step<TopQ, object, Flags>({ ...whole, flags: { q, word } });
  // @ts-expect-error: a list of strings that takes a number
  step<TopQ, object, Flags>({ ...whole, flags: { q, word: q } });
  // @ts-expect-error: a number that takes texts
  step<TopQ, object, Flags>({ ...whole, flags: { q: word, word } });
  const names = { word: true } satisfies Record<TextsOf<Flags>, true>;
  // @ts-expect-error: q takes no texts
  ({ q: true }) satisfies Record<TextsOf<Flags>, true>;
  expect(Object.keys(names)).toEqual(["word"]);
});

test("the flags that take texts are these", () => {
  const names = { banned: true, dryBreaker: true } satisfies Record<TextFlag, true>;
  // @ts-expect-error: the breakers are missing
  ({ banned: true }) satisfies Record<TextFlag, true>;
  expect(Object.keys(names)).toEqual(textFlags().sort());
});

function textFlags(): string[] {
  return STEP_FLAGS.filter(({ takes }) => takes.kind === "texts").map(({ name }) => name);
}

test("a transformers key is one that the step's type names, of an option that is a flag", () => {
  interface Options {
    readonly topQ: number;
  }
  const flags = { topQ: { takes: { kind: "number" } } } as const;
  const options = { topQ: { check: "number", transformers: { key: "topQ" } } } as const;
  step<TopQ, Options, Options, "topQ">({ ...parts, options, flags });
  // @ts-expect-error: the type names no key
  step<TopQ, Options>({ ...parts, options, flags });
  // @ts-expect-error: the type names another key
  step<TopQ, Options, Options, "qCutoff">({ ...parts, options, flags });
  // @ts-expect-error: the option is no flag, which the command line could set
  step<TopQ, Options, object, "topQ">({ ...parts, options, flags: {} });
});

test("the keys of all steps are known to the compiler", () => {
  type Declared = NonNullable<NonNullable<StepFlag["option"]>["transformers"]>["key"];
  const keys = {
    ...{ temperature: true, topK: true, topP: true, minP: true, typicalP: true, epsilonCutoff: true, etaCutoff: true },
    ...{ repetitionPenalty: true, noRepeatNgramSize: true },
  } satisfies Record<TransformersKey & Declared, true>;
  // @ts-expect-error: no step has it
  const unknown: Declared = "dummyCutoff";
  const declared = STEP_FLAGS.flatMap(({ option }) => option?.transformers?.key ?? []);
  expect(declared.sort()).toEqual(Object.keys(keys).sort());
  expect(declared).not.toContain(unknown);
});

test.each(dialects)("%s has each step once, and one of the two penalties with the same options", (name) => {
  const { order } = DIALECT_SPECS[name];
  const types = Object.values(all).map(({ type }) => type);
  const unordered = types.filter((type) => !order.includes(type as Ordered));
  expect(new Set(order).size).toBe(order.length);
  expect(unordered.sort()).toEqual([name === "lecture" ? "additive-penalties" : "lecture-penalties", "greedy"].sort());
});

test("no two steps have the same type", () => {
  const types = Object.values(all).map(({ type }) => type);
  expect(new Set(types).size).toBe(types.length);
  for (const step of Object.values(all)) expect(stepOf(step.type).type).toBe(step.type);
});
