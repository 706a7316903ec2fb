/**
 * A chain of steps as plain data: `[{ type: "top-k", k: 40 }, { type: "top-p", p: 0.9 }]`. It can be written as JSON, and it
 * is checked as a whole before anything is sampled. An empty chain is the full distribution. To add a step: one file with
 * the pure function and its check, one line in StepSpec, one entry in RULES.
 */
import type { Candidates } from "./candidates.ts";
import { checkDeckPenalties, deckPenalties } from "./deck-penalties.ts";
import { SamplingError, show } from "./errors.ts";
import { greedy } from "./greedy.ts";
import { checkTemperature, temperature } from "./temperature.ts";
import { checkTopK, topK } from "./top-k.ts";
import { checkTopP, topP } from "./top-p.ts";

export type StepSpec =
  | { readonly type: "deck-penalties"; readonly frequency: number; readonly presence: number }
  | { readonly type: "temperature"; readonly temperature: number }
  | { readonly type: "top-k"; readonly k: number }
  | { readonly type: "top-p"; readonly p: number }
  | { readonly type: "greedy" };

export type ChainSpec = readonly StepSpec[];

interface Rule<S extends StepSpec> {
  readonly parameters: readonly Exclude<keyof S, "type">[];
  /** Where alone the step may stand, and why. */
  readonly place?: { readonly at: "first" | "last"; readonly because: string };
  readonly check: (step: S) => void;
  readonly apply: (candidates: Candidates, step: S, history: ArrayLike<number>) => Candidates;
}

type Rules = { readonly [T in StepSpec["type"]]: Rule<Extract<StepSpec, { type: T }>> };

const RULES: Rules = {
  "deck-penalties": {
    parameters: ["frequency", "presence"],
    place: { at: "first", because: "its shift is by the smallest logit of the model's row" },
    check: checkDeckPenalties,
    apply: deckPenalties,
  },
  temperature: {
    parameters: ["temperature"],
    check: (step) => checkTemperature(step.temperature),
    apply: (candidates, step) => temperature(candidates, step.temperature),
  },
  "top-k": {
    parameters: ["k"],
    check: (step) => checkTopK(step.k),
    apply: (candidates, step) => topK(candidates, step.k),
  },
  "top-p": {
    parameters: ["p"],
    check: (step) => checkTopP(step.p),
    apply: (candidates, step) => topP(candidates, step.p),
  },
  greedy: {
    parameters: [],
    place: { at: "last", because: "it leaves one token, so a step after it would do nothing" },
    check: () => {},
    apply: greedy,
  },
};

/** What one step of a checked chain leaves of the candidates. */
export function applyStep(candidates: Candidates, step: StepSpec, history: ArrayLike<number>): Candidates {
  return ruleOf(step.type).apply(candidates, step, history);
}

/**
 * A copy of `value`, if it is a chain: known steps, each with its parameters and no other, in range and in a place where
 * it has an effect.
 * @throws SamplingError that names the step and the rule.
 */
export function validateChain(value: unknown): ChainSpec {
  if (!Array.isArray(value)) throw new SamplingError(`chain: must be a list of steps, got ${show(value)}`);
  return value.map((step: unknown, index) => validateStep(step, index, value.length));
}

function validateStep(value: unknown, index: number, length: number): StepSpec {
  const at = `chain: step ${index + 1}`;
  if (typeof value !== "object" || value === null || !("type" in value)) {
    throw new SamplingError(`${at} must be an object with a type, got ${show(value)}`);
  }
  const { type, ...given } = value;
  if (typeof type !== "string" || !Object.hasOwn(RULES, type)) {
    throw new SamplingError(`${at} has the unknown type ${show(type)}; known: ${Object.keys(RULES).join(", ")}`);
  }
  const rule = ruleOf(type as StepSpec["type"]);
  checkParameters(`${at} (${type})`, rule.parameters, given);
  const step = { type, ...given } as StepSpec;
  rule.check(step);
  const place = rule.place;
  if (place && index !== (place.at === "first" ? 0 : length - 1)) {
    throw new SamplingError(`${at} (${type}) must come ${place.at}: ${place.because}`);
  }
  return step;
}

function checkParameters(at: string, wanted: readonly string[], given: object): void {
  const expected = wanted.length === 0 ? "none" : wanted.join(", ");
  for (const name of wanted) {
    if (!Object.hasOwn(given, name)) throw new SamplingError(`${at} lacks ${name}; its parameters: ${expected}`);
  }
  for (const name of Object.keys(given)) {
    if (!wanted.includes(name)) throw new SamplingError(`${at} has no parameter ${name}; its parameters: ${expected}`);
  }
}

/** The rule of a type; the cast joins what the table's type ties together entry by entry. */
function ruleOf(type: StepSpec["type"]): Rule<StepSpec> & { readonly parameters: readonly string[] } {
  return RULES[type] as unknown as Rule<StepSpec> & { readonly parameters: readonly string[] };
}
