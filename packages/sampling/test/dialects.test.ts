/** That a step cannot be forgotten: an order that lacks one does not compile (tsc checks this file), nor a truncation without a specification. */
import { type Candidates, dialects } from "@tsgpt/sampling";
import { expect, test } from "vitest";
import { DIALECTS, dialect, type Ordered } from "../src/dialects/dialects.ts";
import { stepOf } from "../src/spec.ts";
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

test("a definition lacks nothing: a truncation has a specification, an option and a flag their declarations", () => {
  const parts = {
    type: "top-q",
    parameters: {},
    options: { topQ: {} },
    flags: { topQ: { help: "", takes: { kind: "number" } } },
    build: () => undefined,
    run: (candidates: Candidates) => candidates,
  } as const;
  interface TopQ {
    readonly type: "top-q";
  }
  interface Options {
    readonly topQ: number;
  }
  step<TopQ, Options>({ ...parts, kind: "shape" });
  step<TopQ, Options>({ ...parts, kind: "truncation", specification: parts.run });
  // @ts-expect-error: a truncation without a specification
  step<TopQ, Options>({ ...parts, kind: "truncation" });
  // @ts-expect-error: an option without its declaration
  step<TopQ, Options>({ ...parts, kind: "shape", options: {} });
  // @ts-expect-error: an option without its flag
  step<TopQ, Options>({ ...parts, kind: "shape", flags: {} });
  // @ts-expect-error: a parameter without its rule
  step<TopQ & { readonly q: number }, Options>({ ...parts, kind: "shape" });
});

test.each(dialects)("%s has each step once, and one of the two penalties with the same options", (name) => {
  const { order } = DIALECTS[name];
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
