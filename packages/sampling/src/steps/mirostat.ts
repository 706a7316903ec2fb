/**
 * Mirostat, version 2: keeps the surprise of the text near a target. Tokens whose surprise -log2 p_i exceeds mu are
 * removed; after the draw mu moves against the error: mu - eta * (surprise - tau), from 2 tau at the start. Basu et
 * al., "Mirostat" (arXiv 2007.14966), as in llama.cpp. It replaces the other truncations. Boundary: a surprise of mu is
 * kept, and the most probable token in any case. The surprise of the drawn token is measured after the truncation, as
 * in llama.cpp. Defaults there: tau 5, eta 0.1.
 */
import type { Candidates } from "../candidates.ts";
import { selectBySurprise } from "../fast/probability-floor.ts";
import { number } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { contextStep, type StepContext } from "../step.ts";

export interface Mirostat {
  readonly type: "mirostat";
  /** Target surprise, in bits. */
  readonly tau: number;
  /** Learning rate, from 0 (mu does not change) to 1. */
  readonly eta: number;
}

/** By sorting: -log2 p_i <= mu, and at least the first. */
export function specification(candidates: Candidates, step: Omit<Mirostat, "type">, { mu }: StepContext): Candidates {
  const limit = 2 ** -(mu ?? firstMu(step)); // -log2 p <= mu
  return unrank(rank(candidates).tokens.filter(({ probability }, i) => probability >= limit || i === 0));
}

/** Mu before the first token: 2 tau. */
export function firstMu({ tau }: Omit<Mirostat, "type">): number {
  return 2 * tau;
}

/** Mu after a token of this surprise, in bits, among the candidates that mirostat left. */
export function nextMu({ tau, eta }: Omit<Mirostat, "type">, mu: number, surprise: number): number {
  return mu - eta * (surprise - tau);
}

interface Options {
  readonly mirostatTau?: number;
  readonly mirostatEta?: number;
}

/**
 * The candidates whose surprise is at most mu bits.
 * @throws SamplingError unless tau is finite and above 0, and eta from 0 to 1
 */
export const mirostat = contextStep<Mirostat, Options>({
  type: "mirostat",
  kind: "truncation",
  parameters: {
    tau: number("must be a finite number above 0", (tau) => tau > 0),
    eta: number("must be from 0 to 1", (eta) => eta >= 0 && eta <= 1),
  },
  dependsOn: "previous draws",
  position: { at: "last", because: "the surprise of the token drawn decides how it goes on" },
  options: { mirostatTau: { check: "number", neutral: 0 }, mirostatEta: { check: "number" } },
  flags: {
    mirostatTau: {
      takes: { kind: "number", least: 0 },
    },
    mirostatEta: {
      takes: { kind: "number", least: 0, most: 1 },
    },
  },
  build: ({ mirostatTau = 5, mirostatEta = 0.1 }) =>
    mirostatTau === 0 ? undefined : { type: "mirostat", tau: mirostatTau, eta: mirostatEta },
  run: (candidates, step, { mu }, workspace) => selectBySurprise(candidates, mu ?? firstMu(step), workspace),
});
