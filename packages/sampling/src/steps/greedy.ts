/** Greedy: the most probable token alone; of several equally probable ones the lowest id. Needs no random number. */
import { type Candidates, nothingLeft, unusable } from "../candidates.ts";
import type { Rule } from "../rule.ts";

export interface Greedy {
  readonly type: "greedy";
}

/** The candidate with the largest logit, the first of several. */
export function greedy({ ids, logits }: Candidates): Candidates {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return { ids: ids.slice(best, best + 1), logits: logits.slice(best, best + 1) };
}

/**
 * The id of the largest logit, the first of several. Allocates nothing. [V] -> id
 * @throws SamplingError if a logit is NaN or +Infinity, or if none is finite.
 */
export function argmax(logits: Float32Array | Float64Array): number {
  let best = -1;
  let largest = -Infinity;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id]!;
    if (!(logit < Infinity)) throw unusable(logit, id);
    if (logit > largest) {
      best = id;
      largest = logit;
    }
  }
  if (best < 0) throw nothingLeft(logits.length);
  return best;
}

export const GREEDY: Rule<Greedy> = {
  type: "greedy",
  kind: "choice",
  parameters: {},
  place: { at: "last", because: "it leaves one token, so a step after it would do nothing" },
  apply: greedy,
};
