/**
 * Forced tokens: the token at one place of the text is given, whatever the logits say: the first one generated, or the last
 * one that fits, so that a text cut by its length still ends in an end-of-text token. transformers' forced_bos_token_id
 * (which means the second token of a sequence, prompt included) and forced_eos_token_id.
 */
import type { Candidates } from "../candidates.ts";
import { checkIds, tokenId, wholeNumber } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";
import { lengthOf, lengthOfWhat } from "./min-length.ts";

export interface ForcedToken {
  readonly type: "forced-token";
  readonly id: number;
  /** Index of the forced token: 0 is the first. */
  readonly at: number;
  /** What the index counts; default "generated". */
  readonly of?: "generated" | "all";
}

/**
 * At its place the forced token alone, even if it was masked or removed; elsewhere all candidates.
 * @throws SamplingError for an id or an index that is none.
 */
export function forcedToken(candidates: Candidates, step: Omit<ForcedToken, "type">, context: StepContext): Candidates {
  checkStep(FORCED_TOKEN, step);
  checkIds(FORCED_TOKEN.type, [step.id], context.vocabularySize);
  if (lengthOf(context, step.of) !== step.at) return candidates;
  return { ids: Int32Array.of(step.id), logits: Float64Array.of(0) };
}

export const FORCED_TOKEN: Rule<ForcedToken> = {
  type: "forced-token",
  kind: "constraint",
  parameters: { id: tokenId, at: wholeNumber(0), of: lengthOfWhat },
  apply: forcedToken,
};
