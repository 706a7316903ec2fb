/** Greedy: the most probable token alone; of several equally probable ones the lowest id. Needs no random number. */
import { argmax as indexOfLargest } from "@tsgpt/numeric";
import { type Candidates, nothingLeft, unusable } from "../candidates.ts";
import { step } from "../step.ts";

export interface Greedy {
  readonly type: "greedy";
}

function mostProbable({ ids, logits }: Candidates): Candidates {
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

interface Options {
  /** The most probable token, after penalties and constraints. */
  readonly greedy: boolean;
}

/**
 * The candidate with the largest logit, the first of several. Each command declares its flag, and presetChain puts it
 * last.
 */
export const greedy = step<Greedy, Options, object>({
  type: "greedy",
  kind: "choice",
  parameters: {},
  position: { at: "last", because: "it leaves one token, so a step after it would do nothing" },
  options: { greedy: { check: "boolean" } },
  flags: {},
  build: ({ greedy }) => (greedy ? { type: "greedy" } : undefined),
  run: mostProbable,
});
