/**
 * Forced tokens: the token at one index of the text is fixed, whatever the logits are: the first one generated, or the
 * last one that fits, so that a text limited by its length still ends in an end-of-text token. transformers'
 * forced_bos_token_id (which means the second token of a sequence, including the prompt) and forced_eos_token_id.
 */
import { objectWith } from "@tsgpt/numeric";
import type { Candidates } from "../candidates.ts";
import { lengthOf } from "../history.ts";
import { checkIds, lengthOfWhat, tokenId, wholeNumber } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";

export interface ForcedToken {
  readonly type: "forced-token";
  readonly id: number;
  /** Index of the forced token: 0 is the first. */
  readonly at: number;
  /** What the index counts; default "generated". */
  readonly of?: "generated" | "all";
}

function force(candidates: Candidates, step: Omit<ForcedToken, "type">, context: StepContext): Candidates {
  checkIds("forced-token", [step.id], context.vocabularySize);
  if (lengthOf(context, step.of) !== step.at) return candidates;
  return { ids: Int32Array.of(step.id), logits: Float64Array.of(0) };
}

interface Options {
  /** Id of the first token generated. */
  readonly forcedFirst?: number;
  /** Id of the token generated at an index: the last one that fits. */
  readonly forcedLast?: { readonly id: number; readonly at: number };
}

interface Flags {
  readonly forcedFirst?: number;
}

/**
 * At its index the forced token alone, even if it was masked or removed; elsewhere all candidates.
 * @throws SamplingError for an unknown id or an index that is not an integer from 0.
 */
export const forcedToken = contextStep<ForcedToken, Options, Flags>({
  type: "forced-token",
  kind: "constraint",
  parameters: { id: tokenId, at: wholeNumber(0), of: lengthOfWhat },
  options: {
    forcedFirst: { check: "number" },
    forcedLast: { check: objectWith("an object with id and at") },
  },
  flags: {
    forcedFirst: { takes: { kind: "integer", least: 0 } },
  },
  build: ({ forcedFirst, forcedLast }) => [
    ...(forcedFirst === undefined ? [] : [{ type: "forced-token", id: forcedFirst, at: 0 } as const]),
    ...(forcedLast === undefined ? [] : [{ type: "forced-token", ...forcedLast } as const]),
  ],
  run: force,
});
