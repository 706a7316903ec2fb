/**
 * Minimum length: the end-of-text token may not come before the text has so many tokens, counted over what was generated
 * (transformers' min_new_tokens) or over all, the prompt included (its min_length).
 */
import type { Candidates } from "../candidates.ts";
import { checkIds, oneOrMoreTokenIds, optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { without } from "./banned-words.ts";

export interface MinLength {
  readonly type: "min-length";
  /** In tokens; 0 is off. */
  readonly length: number;
  /** Id of the end-of-text token, or of each of several. */
  readonly eos: number | readonly number[];
  /** What is counted; default "generated". */
  readonly of?: "generated" | "all";
}

/**
 * The candidates without the end-of-text token, while the text is too short.
 * @throws SamplingError for a length that is none, or if the end-of-text token is the only candidate.
 */
export function minLength(candidates: Candidates, step: Omit<MinLength, "type">, context: StepContext): Candidates {
  checkStep(MIN_LENGTH, step);
  const ends = typeof step.eos === "number" ? [step.eos] : step.eos;
  checkIds(MIN_LENGTH.type, ends, context.vocabularySize);
  if (lengthOf(context, step.of) >= step.length) return candidates;
  return without(candidates, new Set(ends), MIN_LENGTH.type);
}

/** Tokens so far. */
export function lengthOf({ history, promptLength }: StepContext, of: "generated" | "all" = "generated"): number {
  return of === "all" ? history.length : Math.max(0, history.length - promptLength);
}

export const lengthOfWhat = optional(word("generated", "all"));

export const MIN_LENGTH: Rule<MinLength> = {
  type: "min-length",
  kind: "constraint",
  parameters: { length: wholeNumber(0, " (0 is off)"), eos: oneOrMoreTokenIds, of: lengthOfWhat },
  apply: minLength,
};
