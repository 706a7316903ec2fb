/**
 * A rule: what one kind of step is called, which parameters it takes, and what it does. Each step's file has its pure
 * function and its rule; spec.ts lists the rules.
 */
import type { Candidates } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import type { Parameter } from "./parameter.ts";

/** What a step may look at beside the candidates. */
export interface StepContext {
  /** All ids so far, the prompt's included. */
  readonly history: ArrayLike<number>;
  /** How many of them are the prompt's. */
  readonly promptLength: number;
  /** V: ids go from 0 to V - 1. */
  readonly vocabularySize: number;
  /** A uniform number in [0, 1) from the sampler's generator, for a step that acts by chance. */
  readonly uniform: () => number;
  /** Mirostat's bound on surprise; undefined before the first token. */
  readonly mu: number | undefined;
}

/**
 * penalty: changes logits by what has been said. constraint: removes or favours tokens by name. shape: changes all logits
 * alike. truncation: removes the less probable. choice: leaves one.
 */
type StepKind = "penalty" | "constraint" | "shape" | "truncation" | "choice";

type Parameters<S> = { readonly [K in Exclude<keyof S, "type">]-?: Parameter };

export interface Rule<S extends { readonly type: string }> {
  readonly type: S["type"];
  readonly kind: StepKind;
  readonly parameters: Parameters<S>;
  /** Where alone the step may stand, and why. */
  readonly place?: { readonly at: "first" | "last"; readonly because: string };
  readonly apply: (candidates: Candidates, step: Omit<S, "type">, context: StepContext) => Candidates;
}

/** @throws SamplingError unless `step` has what the rule asks for, in range, and nothing else. */
export function checkStep(
  rule: { readonly type: string; readonly parameters: Readonly<Record<string, Parameter>> },
  step: object,
  at: string = rule.type,
): void {
  const known = Object.keys(rule.parameters).join(", ") || "none";
  const given: Record<string, unknown> = { ...step };
  for (const name of Object.keys(given)) {
    if (name === "type" || Object.hasOwn(rule.parameters, name)) continue;
    throw new SamplingError(`${at} has no parameter ${name}; its parameters: ${known}`);
  }
  for (const [name, { required, check }] of Object.entries(rule.parameters)) {
    if (given[name] !== undefined) check(given[name], `${at}: ${name}`);
    else if (required) throw new SamplingError(`${at} lacks ${name}; its parameters: ${known}`);
  }
}
