/** Greedy: the most probable token alone; of several equally probable ones the lowest id. Needs no random number. */
import { argmax as indexOfLargest } from "@tsgpt/numeric";
import { type Candidates, nothingLeft, unusable } from "../candidates.ts";
import type { Rule } from "../rule.ts";

export interface Greedy {
  readonly type: "greedy";
}

/** The candidate with the largest logit, the first of several. */
export function greedy({ ids, logits }: Candidates): Candidates {
  const best = indexOfLargest(logits);
  return { ids: ids.slice(best, best + 1), logits: logits.slice(best, best + 1) };
}

/**
 * The id of the largest logit, the first of several. Allocates nothing. [V] -> id
 * @throws SamplingError if a logit is NaN or +Infinity, or if none is finite.
 */
export function argmax(logits: Float32Array | Float64Array): number {
  const best = indexOfLargest(logits);
  const logit = logits[best] ?? -Infinity;
  if (logit > -Infinity && logit < Infinity) return best;
  if (logit === -Infinity) throw nothingLeft(logits.length);
  const first = logits.findIndex((logit) => !(logit < Infinity));
  throw unusable(logits[first]!, first);
}

export const GREEDY: Rule<Greedy> = {
  type: "greedy",
  kind: "choice",
  parameters: {},
  place: { at: "last", because: "it leaves one token, so a step after it would do nothing" },
  apply: greedy,
};
