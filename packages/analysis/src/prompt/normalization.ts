/**
 * How the log-probabilities of choices are made comparable. A sum favors choices of few tokens, and choices that are
 * likely anyway. Per token: "average log-likelihood" (Brown et al., arXiv 2005.14165, section 2.4); against the prior:
 * domain-conditional PMI (Holtzman et al., arXiv 2104.08315), with an empty input as the domain.
 */
import { argmax, describeValue, oneOf } from "@tsgpt/numeric";
import type { ChoiceToken } from "./choice-scores.ts";

/** How the scores of choices of different lengths are made comparable. */
export const NORMALIZATIONS = ["none", "length", "prior"] as const;
/** One of these ways. */
export type Normalization = (typeof NORMALIZATIONS)[number];

const KNOWN = oneOf(...NORMALIZATIONS);

/** The scores of one choice, in nats; the higher, the better. */
export type ChoiceScores = Readonly<Record<Normalization, number>>;

/** Sum of the log-probabilities of a choice's tokens, from the first to the last. */
export function choiceLogprob(tokens: readonly ChoiceToken[]): number {
  return tokens.reduce((sum, { logprob }) => sum + logprob, 0);
}

/**
 * The scores of a choice. none: the sum of its log-probabilities; length: that sum per scored token; prior: that sum,
 * minus the sum that the same choice has after the template with an empty input.
 */
export function choiceScores(tokens: readonly ChoiceToken[], prior: readonly ChoiceToken[]): ChoiceScores {
  const none = choiceLogprob(tokens);
  return { none, length: none / tokens.length, prior: none - choiceLogprob(prior) };
}

/** The index of the best choice; of equal ones the first. @throws RangeError for an unknown normalization */
export function bestChoice(scores: readonly ChoiceScores[], normalization: Normalization): number {
  if (!KNOWN.holds(normalization)) {
    throw new RangeError(`bestChoice: normalization must be ${KNOWN.rule}, got ${describeValue(normalization)}`);
  }
  return argmax(Float64Array.from(scores, (score) => score[normalization]));
}
