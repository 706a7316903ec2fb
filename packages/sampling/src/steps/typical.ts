/**
 * Locally typical sampling: keeps the tokens whose information -ln p_i lies nearest to the entropy H, the nearest first,
 * up to a mass. So the most probable token may go. Meister et al., "Locally Typical Sampling" (arXiv 2202.00666).
 * Boundary: transformers ("hf") stops at the first sum that reaches the mass and keeps what ties with the last one;
 * llama.cpp stops at the first sum that exceeds it, and breaks ties (here by the lower id). Typical mass: 0.9 to 0.95.
 */
import { largest } from "@tsgpt/numeric";
import { type Candidates, entropy, keepPlaces, softmaxWeights } from "../candidates.ts";
import { atLeast, headCut, keepHead, placesFrom } from "../cut.ts";
import { number, optional, wholeNumber, word } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";

export interface Typical {
  readonly type: "typical";
  /** Above 0 and at most 1; 1 is off. */
  readonly mass: number;
  /** Candidates kept at least; default 1. */
  readonly minKeep?: number;
  /** Whose rule at the boundary; default "hf". */
  readonly boundary?: "hf" | "llama.cpp";
}

/**
 * The candidates nearest to the entropy that hold the mass.
 * @throws SamplingError unless the mass is above 0 and at most 1.
 */
export function typical(candidates: Candidates, step: Omit<Typical, "type">): Candidates {
  checkStep(TYPICAL, step);
  const { mass, minKeep = 1, boundary = "hf" } = step;
  if (mass === 1) return candidates;
  const { weights, sum } = softmaxWeights(candidates.logits);
  const nearness = nearnessToEntropy(candidates, sum);
  const hf = boundary === "hf";
  const target = mass * sum * (hf ? 1 : 1 + Number.EPSILON); // to reach the next number up is to exceed this one
  const cut = headCut(nearness, target, weights);
  const places = hf ? placesFrom(nearness, cut.threshold) : undefined;
  const kept = places
    ? keepPlaces(candidates, places, places.length)
    : keepHead(candidates, nearness, cut, { weights });
  return atLeast(kept, candidates, nearness, minKeep);
}

/** - | -ln p_i - H |: 0 for a token that tells as much as is to be expected. -ln p_i is max + ln sum - z_i. */
function nearnessToEntropy(candidates: Candidates, sum: number): Float64Array {
  const { logits } = candidates;
  const mean = largest(logits) + Math.log(sum) - entropy(candidates); // the logit of a token that tells H
  const nearness = new Float64Array(logits.length);
  for (let i = 0; i < logits.length; i++) nearness[i] = -Math.abs(mean - logits[i]!);
  return nearness;
}

export const TYPICAL: Rule<Typical> = {
  type: "typical",
  kind: "truncation",
  parameters: {
    mass: number("must be above 0 and at most 1 (1 is off)", (mass) => mass > 0 && mass <= 1),
    minKeep: optional(wholeNumber(1)),
    boundary: optional(word("hf", "llama.cpp")),
  },
  apply: typical,
};
