/** The distribution of the next token after a chain of processors, and drawing from it. */
import { describeValue, drawIndex } from "@tsgpt/numeric";
import { checkChosen, type SampleContext } from "./continuation.ts";
import { logProbabilities } from "./log-sum-exp.ts";

/** Candidates for the next token and their probabilities. */
export interface Distribution {
  /** The candidate tokens, ascending. */
  readonly ids: ArrayLike<number>;
  /** probabilities[i] is that of ids[i]; none is negative, and they sum to 1. */
  readonly probabilities: ArrayLike<number>;
}

/**
 * The distribution of the next token, given logits [V], which it may modify. A pure function: strategies also call it
 * for tokens that are then rejected.
 */
export type DistributionOf = (logits: Float32Array, context: SampleContext) => Distribution;

/**
 * The model's own: softmax of all logits, accumulated in float64. [V] -> V candidates.
 * @throws Error for logits that are not finite
 */
export const softmaxDistribution: DistributionOf = (logits, { history }) => {
  const probabilities = logProbabilities(logits, history.length, "softmaxDistribution");
  const ids = new Int32Array(logits.length);
  for (let id = 0; id < ids.length; id++) {
    ids[id] = id;
    probabilities[id] = Math.exp(probabilities[id] as number);
  }
  return { ids, probabilities };
};

/** The caller's `distribution`; what it gives is checked. @throws RangeError for no ids with as many probabilities */
export function checkedDistribution(by: string, distribution: DistributionOf): DistributionOf {
  return (logits, context) => {
    const vocabSize = logits.length;
    const given = distribution(logits, context);
    const count = given?.ids?.length;
    if (count === undefined || given.probabilities?.length !== count) {
      const rule = "ids and as many probabilities";
      throw new RangeError(
        `${by}: distribution must return { ids, probabilities }, ${rule}, got ${describeValue(given)}`,
      );
    }
    for (let i = 0; i < count; i++) checkChosen(by, "distribution", given.ids[i] as number, vocabSize);
    return given;
  };
}

/** The probability of one token; 0 if it is not a candidate. */
export function probabilityOf({ ids, probabilities }: Distribution, id: number): number {
  const at = Array.prototype.indexOf.call(ids, id);
  return at < 0 ? 0 : (probabilities[at] as number);
}

/** max(0, p - q), not normalized; p itself if rounding leaves nothing. */
export function excess(p: Distribution, q: Distribution): Distribution {
  const probabilities = new Float64Array(p.ids.length);
  let at = 0;
  let isAny = false;
  for (let i = 0; i < probabilities.length; i++) {
    const id = p.ids[i] as number;
    while ((q.ids[at] as number) < id) at++;
    const taken = q.ids[at] === id ? (q.probabilities[at] as number) : 0;
    const left = Math.max(0, (p.probabilities[i] as number) - taken);
    probabilities[i] = left;
    isAny ||= left > 0;
  }
  return isAny ? { ids: p.ids, probabilities } : p;
}

/**
 * The first id at which the cumulative probability exceeds u (0 <= u < 1) times the total, which need not be 1. An id
 * of probability 0 is never drawn.
 * @throws RangeError if there is no other
 */
export function draw({ ids, probabilities }: Distribution, u: number): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) sum += probabilities[i] as number;
  const drawn = ids[drawIndex(probabilities, sum, u)];
  if (drawn !== undefined) return drawn;
  throw new RangeError("draw: no token has a probability above 0; a distribution must leave one");
}
