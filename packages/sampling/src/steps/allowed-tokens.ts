/**
 * Allowed tokens: no other may come, as for an answer out of a few, or digits only. transformers'
 * prefix_allowed_tokens_fn with one list for every position.
 */
import { type Candidates, keepWhere } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { checkIds, idList, tokenIds } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import type { Workspace } from "../workspace.ts";

export interface AllowedTokens {
  readonly type: "allowed-tokens";
  readonly ids: readonly number[];
}

function allowOnly(
  candidates: Candidates,
  { ids }: Omit<AllowedTokens, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  checkIds("allowed-tokens", ids, context.vocabularySize);
  const allowed = new Set(ids);
  const kept = keepWhere(candidates, (i) => allowed.has(candidates.ids[i]!), workspace);
  if (kept.ids.length > 0) return kept;
  const reason = `none of the ${allowed.size} allowed ones is among the ${candidates.ids.length} candidates`;
  throw new SamplingError(`allowed-tokens: no token is left, ${reason}`);
}

interface Options {
  /** Token ids. */
  readonly allowed: readonly number[];
}

/**
 * The candidates that are in the list.
 * @throws SamplingError for an empty list or an unknown id, or if no candidate is in it
 */
export const allowedTokens = contextStep<AllowedTokens, Options>({
  type: "allowed-tokens",
  kind: "constraint",
  parameters: { ids: tokenIds },
  options: { allowed: { check: idList } },
  flags: {
    allowed: { takes: { kind: "token ids" } },
  },
  build: ({ allowed: ids }) => ({ type: "allowed-tokens", ids }),
  run: allowOnly,
});
