/** What the fields of omitted options show is what giving it would do. */
import { applyChain, type ChainFlags, chainOfFlags, dialects, STEP_FLAGS } from "@tsgpt/sampling";
import { describe, expect, test } from "vitest";
import { defaultsBeside } from "../src/model-defaults.ts";
import type { Sampling } from "../src/protocol/text.ts";
import { defaultOf, type NumberOption, type WordOption } from "../src/state/option-defaults.ts";

const V = 64;
const LOGITS = Float32Array.from({ length: V }, (_, id) => Math.sin(id * id) * 4);
const CONTEXT = { history: Array.from({ length: 80 }, (_, i) => (i * i) % 24), promptLength: 70 };

/** What the chain of these options leaves of a text's logits. */
function leftBy({ dialect, ...flags }: Sampling, drawDefaults: ChainFlags) {
  const chain = chainOfFlags(dialect, { ...defaultsBeside(drawDefaults, flags), ...flags }, undefined, V);
  return applyChain(chain, LOGITS, CONTEXT, { uniform: () => 0.3 }).candidates;
}

/** Options that put a step into the chain, so that another option of the step has an effect. */
const OTHERS: readonly Partial<Sampling>[] = [
  {},
  { greedy: true },
  { mirostatTau: 3 },
  { mirostatEta: 0.2 },
  { frequencyPenalty: 1.5 },
  { repetitionPenalty: 1.5, temperature: 0.5 },
  { dryMultiplier: 1 },
  { xtcProbability: 0.5 },
  { watermarkKey: 7, topK: 3 },
];

const numbersAndWords = STEP_FLAGS.filter(({ takes: { kind } }) =>
  ["integer", "number", "word", "scope"].includes(kind),
);

/** Of models: one without, and one whose temperature and top-p are not the dialect's. */
const DRAW_DEFAULTS: readonly ChainFlags[] = [{}, { temperature: 0.7, topP: 0.8 }];
const cases = dialects.flatMap((dialect) => DRAW_DEFAULTS.map((drawDefaults) => ({ dialect, drawDefaults })));

describe.each(cases)("in $dialect, of a model with $drawDefaults", ({ dialect, drawDefaults }) => {
  test.each(OTHERS)("beside %j, the default of every option changes nothing", (others) => {
    const sampling: Sampling = { dialect, ...others };
    const expected = leftBy(sampling, drawDefaults);
    for (const { name, needs = [] } of numbersAndWords) {
      if (name in others || (name === "penaltyScope" && !("frequencyPenalty" in others))) continue;
      const value = defaultOf(name as NumberOption | WordOption, sampling, drawDefaults);
      const isOff = !hasStepOf(name, needs, others);
      if (value !== undefined && !isOff)
        expect(leftBy({ ...sampling, [name]: value }, drawDefaults), name).toEqual(expected);
    }
  });
});

/** Whether giving the option alone is no error: the one that it needs is given. */
function hasStepOf(name: string, needs: readonly string[], others: Partial<Sampling>): boolean {
  const needed = { xtcThreshold: ["xtcProbability"], dryBase: ["dryMultiplier"], dryAllowedLength: ["dryMultiplier"] };
  const all = [...needs, ...((needed as Record<string, string[]>)[name] ?? [])];
  if (name === "mirostatEta") return "mirostatTau" in others;
  return all.length === 0 || all.some((other) => other in others);
}

test("the lecture's top-p gives way to greedy and to mirostat, and is then off", () => {
  expect(defaultOf("topP", { dialect: "lecture" }, {})).toBe(0.9);
  expect(defaultOf("topP", { dialect: "lecture", greedy: true }, {})).toBe(1);
  expect(defaultOf("topP", { dialect: "lecture", mirostatTau: 3 }, {})).toBe(1);
  expect(defaultOf("mirostatTau", { dialect: "lecture" }, {})).toBe(0);
  expect(defaultOf("mirostatTau", { dialect: "lecture", mirostatEta: 0.2 }, {})).toBe(5);
});

test("the lecture's penalties are off at 1, the others' at 0; a scope is the dialect's", () => {
  expect(dialects.map((dialect) => defaultOf("presencePenalty", { dialect }, {}))).toEqual([1, 0, 0, 0]);
  expect(dialects.map((dialect) => defaultOf("penaltyScope", { dialect }, {}))).toEqual([
    "all",
    "all",
    64,
    "generated",
  ]);
});
