/**
 * The lecture's frequency and presence penalty: q_i = exp(z_i / k_i) / sum_j exp(z_j / k_j), a temperature per token.
 * k_i = 1 + (frequency - 1) * occurrences of i + (presence - 1) if i has occurred; 1 is off for both. The history is the
 * whole sequence, prompt included. Light values serve (1.1 to 1.2): commas and common words pay as well.
 * Not OpenAI's penalties of the same names, which are subtracted from the logit and are off at 0 (additive-penalties.ts).
 */
import { smallest } from "@tsgpt/numeric";
import { type Candidates, indexOf } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { takeLogits } from "../scratch.ts";

export interface DeckPenalties {
  readonly type: "deck-penalties";
  /** Added per occurrence, less 1. */
  readonly frequency: number;
  /** Added once if the token has occurred, less 1. */
  readonly presence: number;
  /** Default "all". */
  readonly scope?: Scope;
}

/**
 * The logits of the tokens in the history divided by k_i. Division penalises positive logits only, so if the smallest
 * logit is below 0 it is first subtracted from all. It must be the smallest of the whole row: nothing may be removed before.
 * @throws SamplingError unless both penalties are finite numbers above 0, or if one below 1 brings a k_i to 0 or less.
 */
export function deckPenalties(
  candidates: Candidates,
  step: Omit<DeckPenalties, "type">,
  context: StepContext,
): Candidates {
  checkStep(DECK_PENALTIES, step);
  const { frequency, presence, scope = "all" } = step;
  if (frequency === 1 && presence === 1) return candidates;
  const logits = shifted(candidates.logits);
  for (const [id, occurrences] of countsOf(context, scope)) {
    const factor = 1 + (frequency - 1) * occurrences + (presence - 1);
    if (!(factor > 0)) throw badFactor(id, occurrences, factor);
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at]! /= factor;
  }
  return { ids: candidates.ids, logits };
}

/** A copy in which no logit is negative. Subtracting one number from all changes no probability. */
function shifted(logits: Float64Array): Float64Array {
  const shift = Math.min(0, smallest(logits));
  const copy = takeLogits(logits.length);
  for (let i = 0; i < logits.length; i++) copy[i] = logits[i]! - shift;
  return copy;
}

function badFactor(id: number, occurrences: number, factor: number): SamplingError {
  return new SamplingError(
    `deck-penalties: k must stay above 0, token ${id} with ${occurrences} occurrences has ${factor}; use penalties of 1 or more`,
  );
}

const penalty = number("must be a finite number above 0 (1 is off, 1.1 to 1.2 is usual)", (value) => value > 0);

export const DECK_PENALTIES: Rule<DeckPenalties> = {
  type: "deck-penalties",
  kind: "penalty",
  parameters: { frequency: penalty, presence: penalty, scope },
  place: { at: "first", because: "its shift is by the smallest logit of the model's row" },
  apply: deckPenalties,
};
