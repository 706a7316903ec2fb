/**
 * The repetition penalty of CTRL: a token that has occurred has its logit divided by r if it is positive and multiplied by
 * r if it is negative, once, however often it occurred. Keskar et al. (arXiv 1909.05858, section 4.1), with the repair that
 * transformers and llama.cpp share for negative logits. Where 0 lies matters: adding a constant to all logits, which
 * changes no probability, changes what this penalty does. Typical: 1.1 to 1.3.
 */
import { bounded } from "../bounded.ts";
import { type Candidates, indexOf } from "../candidates.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { copyLogits } from "../scratch.ts";

export interface RepetitionPenalty {
  readonly type: "repetition-penalty";
  /** r, above 0; 1 is off, below 1 favours what has occurred. */
  readonly penalty: number;
  /** Default "all", as in transformers. */
  readonly scope?: Scope;
}

/**
 * x / r for a positive and x * r for a negative logit of every token in the scope.
 * @throws SamplingError unless the penalty is a finite number above 0, and no logit leaves its bounds.
 */
export function repetitionPenalty(
  candidates: Candidates,
  step: Omit<RepetitionPenalty, "type">,
  context: StepContext,
): Candidates {
  checkStep(REPETITION_PENALTY, step);
  const { penalty, scope = "all" } = step;
  if (penalty === 1) return candidates;
  const logits = copyLogits(candidates.logits);
  for (const id of countsOf(context, scope).keys()) {
    const at = indexOf(candidates, id);
    if (at < 0) continue;
    const logit = logits[at]!;
    logits[at] = bounded(logit < 0 ? logit * penalty : logit / penalty, REPETITION_PENALTY.type, id);
  }
  return { ids: candidates.ids, logits };
}

export const REPETITION_PENALTY: Rule<RepetitionPenalty> = {
  type: "repetition-penalty",
  kind: "penalty",
  parameters: { penalty: number("must be a finite number above 0 (1 is off)", (value) => value > 0), scope },
  apply: repetitionPenalty,
};
