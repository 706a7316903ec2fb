/**
 * Allowed tokens: nothing else may come: an answer out of a few, digits only. transformers' prefix_allowed_tokens_fn with one
 * list for every position.
 */
import { type Candidates, keepWhere } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { checkIds, tokenIds } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";

export interface AllowedTokens {
  readonly type: "allowed-tokens";
  readonly ids: readonly number[];
}

/**
 * The candidates that are in the list.
 * @throws SamplingError for an empty list or an unknown id, or if no candidate is in it.
 */
export function allowedTokens(
  candidates: Candidates,
  step: Omit<AllowedTokens, "type">,
  context: StepContext,
): Candidates {
  checkStep(ALLOWED_TOKENS, step);
  checkIds(ALLOWED_TOKENS.type, step.ids, context.vocabularySize);
  const allowed = new Set(step.ids);
  const kept = keepWhere(candidates, (i) => allowed.has(candidates.ids[i]!));
  if (kept.ids.length > 0) return kept;
  throw new SamplingError(
    `allowed-tokens: no token is left, none of the ${allowed.size} allowed ones is among the ${candidates.ids.length} candidates`,
  );
}

export const ALLOWED_TOKENS: Rule<AllowedTokens> = {
  type: "allowed-tokens",
  kind: "constraint",
  parameters: { ids: tokenIds },
  apply: allowedTokens,
};
