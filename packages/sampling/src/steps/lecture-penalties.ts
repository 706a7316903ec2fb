/**
 * The lecture's frequency and presence penalty: q_i = exp(z_i / k_i) / sum_j exp(z_j / k_j), a temperature per token.
 * k_i = 1 + (frequency - 1) * occurrences of i + (presence - 1) if i has occurred; 1 is off for both. The history is
 * the whole sequence, including the prompt. Use light values (1.1 to 1.2), because commas and common words are
 * penalized too. Not OpenAI's penalties of the same names, which are subtracted from the logit and are off at 0
 * (additive-penalties.ts).
 */
import { smallest } from "@tsgpt/numeric";
import { type Candidates, indexOf } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { takeLogits, type Workspace } from "../workspace.ts";
import { type OccurrenceOptions, occurrenceFlags, occurrenceOptions } from "./occurrence-options.ts";

export interface LecturePenalties {
  readonly type: "lecture-penalties";
  /** Added per occurrence, minus 1. */
  readonly frequency: number;
  /** Added once if the token has occurred, minus 1. */
  readonly presence: number;
  /** Default "all". */
  readonly scope?: Scope;
}

function penalize(
  candidates: Candidates,
  { frequency, presence, scope = "all" }: Omit<LecturePenalties, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  if (frequency === 1 && presence === 1) return candidates;
  const logits = shifted(candidates.logits, workspace);
  for (const [id, occurrences] of countsOf(context, scope)) {
    const factor = 1 + (frequency - 1) * occurrences + (presence - 1);
    if (!(factor > 0)) throw badFactor(id, occurrences, factor);
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at]! /= factor;
  }
  return { ids: candidates.ids, logits };
}

/** A copy in which no logit is negative. Subtracting one number from all changes no probability. */
function shifted(logits: Float64Array, workspace: Workspace): Float64Array {
  const shift = Math.min(0, smallest(logits));
  const copy = takeLogits(workspace, logits.length);
  for (let i = 0; i < logits.length; i++) copy[i] = logits[i]! - shift;
  return copy;
}

function badFactor(id: number, occurrences: number, factor: number): SamplingError {
  const problem = `k must stay above 0, token ${id} with ${occurrences} occurrences has ${factor}`;
  return new SamplingError(`lecture-penalties: ${problem}; use penalties of 1 or more`);
}

const penalty = number("must be a finite number above 0 (1 is off, 1.1 to 1.2 is usual)", (value) => value > 0);

/**
 * The logits of the tokens in the history divided by k_i. Division penalizes positive logits only, so if the smallest
 * logit is below 0 it is first subtracted from all. It must be the smallest of the whole row: nothing may be removed
 * before.
 * @throws SamplingError unless both penalties are finite numbers above 0, or if one below 1 brings a k_i to 0 or less.
 */
export const lecturePenalties = contextStep<LecturePenalties, OccurrenceOptions>({
  type: "lecture-penalties",
  kind: "penalty",
  parameters: { frequency: penalty, presence: penalty, scope },
  position: { at: "first", because: "its shift is by the smallest logit of the model's row" },
  options: occurrenceOptions(1),
  flags: occurrenceFlags,
  build: ({ frequencyPenalty: frequency = 1, presencePenalty: presence = 1, penaltyScope }, { scope }) => ({
    type: "lecture-penalties",
    frequency,
    presence,
    scope: penaltyScope ?? scope,
  }),
  run: penalize,
});
