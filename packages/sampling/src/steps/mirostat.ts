/**
 * Mirostat, version 2: keeps the surprise of the text near a target. Tokens whose surprise -log2 p_i exceeds mu are cut; after
 * the draw mu moves against the error: mu - eta * (surprise - tau), from 2 tau at the start. Basu et al., "Mirostat" (arXiv
 * 2007.14966), as in llama.cpp. It replaces the other truncations. Boundary: a surprise of mu is kept, and the most probable
 * token in any case. The surprise of the drawn token is taken after the cut, as llama.cpp takes it. Defaults there: tau 5, eta 0.1.
 */
import { type Candidates, keepWhere, probabilities } from "../candidates.ts";
import { atLeast } from "../cut.ts";
import { number } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";

export interface Mirostat {
  readonly type: "mirostat";
  /** Target surprise, in bits. */
  readonly tau: number;
  /** Learning rate, from 0 (mu stays) to 1. */
  readonly eta: number;
}

/**
 * The candidates whose surprise is at most mu bits.
 * @throws SamplingError unless tau is a finite number above 0 and eta is from 0 to 1.
 */
export function mirostat(candidates: Candidates, step: Omit<Mirostat, "type">, { mu }: StepContext): Candidates {
  checkStep(MIROSTAT, step);
  const shares = probabilities(candidates);
  const limit = 2 ** -(mu ?? firstMu(step));
  const kept = keepWhere(candidates, (i) => shares[i]! >= limit);
  return atLeast(kept, candidates, shares, 1);
}

/** Mu before the first token: 2 tau. */
export function firstMu({ tau }: Omit<Mirostat, "type">): number {
  return 2 * tau;
}

/** Mu after a token of this surprise, in bits, among the candidates that mirostat left. */
export function nextMu({ tau, eta }: Omit<Mirostat, "type">, mu: number, surprise: number): number {
  return mu - eta * (surprise - tau);
}

export const MIROSTAT: Rule<Mirostat> = {
  type: "mirostat",
  kind: "truncation",
  parameters: {
    tau: number("must be a finite number above 0", (tau) => tau > 0),
    eta: number("must be from 0 to 1", (eta) => eta >= 0 && eta <= 1),
  },
  place: { at: "last", because: "the surprise of the token drawn decides how it goes on" },
  apply: mirostat,
};
