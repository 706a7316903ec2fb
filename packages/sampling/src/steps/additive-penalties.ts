/**
 * OpenAI's frequency and presence penalties: z_i - count_i * frequency - [count_i > 0] * presence. 0 is off; a negative value
 * favours what has occurred. OpenAI's API reference (values from -2 to 2, counts over what was generated); llama.cpp has
 * the same formula over its last 64 tokens. Not the lecture's penalties of the same names (deck-penalties.ts).
 */
import { type Candidates, indexOf } from "../candidates.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { copyLogits } from "../scratch.ts";

export interface AdditivePenalties {
  readonly type: "additive-penalties";
  /** Taken per occurrence. */
  readonly frequency: number;
  /** Taken once if the token has occurred. */
  readonly presence: number;
  /** Default "generated". */
  readonly scope?: Scope;
}

/**
 * The logits less what their tokens' occurrences cost.
 * @throws SamplingError unless both penalties are from -2 to 2.
 */
export function additivePenalties(
  candidates: Candidates,
  step: Omit<AdditivePenalties, "type">,
  context: StepContext,
): Candidates {
  checkStep(ADDITIVE_PENALTIES, step);
  const { frequency, presence, scope = "generated" } = step;
  if (frequency === 0 && presence === 0) return candidates;
  const logits = copyLogits(candidates.logits);
  for (const [id, count] of countsOf(context, scope)) {
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at]! -= count * frequency + presence;
  }
  return { ids: candidates.ids, logits };
}

const penalty = number("must be from -2 to 2 (0 is off)", (value) => Math.abs(value) <= 2);

export const ADDITIVE_PENALTIES: Rule<AdditivePenalties> = {
  type: "additive-penalties",
  kind: "penalty",
  parameters: { frequency: penalty, presence: penalty, scope },
  apply: additivePenalties,
};
