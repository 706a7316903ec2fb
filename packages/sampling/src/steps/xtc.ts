/**
 * XTC, "exclude top choices": with some probability removes, of the tokens with p_i >= threshold, all but the least
 * likely, so that the text takes a plausible path other than the first one. By p-e-w
 * (oobabooga/text-generation-webui#6335), as in llama.cpp: fewer than two such tokens change nothing, and above a
 * threshold of 0.5 there cannot be two. Boundary: p_i = threshold counts; of tokens tied for the least likely the
 * highest id is kept. It takes a uniform number of its own for each token.
 */
import type { Candidates } from "../candidates.ts";
import { excludeTopChoices } from "../fast/xtc.ts";
import { number } from "../parameter.ts";
import { rank, unrank } from "../ranking.ts";
import { contextStep, type StepContext } from "../step.ts";

export interface Xtc {
  readonly type: "xtc";
  /** How often it acts, from 0 to 1; 0 is off. */
  readonly probability: number;
  /** From 0 to 1; above 0.5 is off. llama.cpp's default is 0.1. */
  readonly threshold: number;
}

/** By sorting: of the first tokens, those with p_i >= threshold, only the last, and all tokens after it. */
export function specification(candidates: Candidates, step: Omit<Xtc, "type">, context: StepContext): Candidates {
  if (!acts(step, context)) return candidates;
  const { tokens } = rank(candidates);
  const choices = tokens.filter(({ probability }) => probability >= step.threshold);
  return choices.length < 2 ? candidates : unrank(tokens.slice(choices.length - 1));
}

/** Whether the top choices are excluded for this token. */
function acts({ probability, threshold }: Omit<Xtc, "type">, { uniform }: StepContext): boolean {
  return probability > 0 && threshold <= 0.5 && uniform() < probability;
}

interface Options {
  readonly xtcProbability: number;
  readonly xtcThreshold?: number;
}

const share = number("must be from 0 to 1", (value) => value >= 0 && value <= 1);
const takes = { kind: "number", least: 0, most: 1 } as const;

/**
 * With the step's probability the candidates without the top choices.
 * @throws SamplingError unless both parameters are from 0 to 1
 */
export const xtc = contextStep<Xtc, Options>({
  type: "xtc",
  kind: "truncation",
  parameters: { probability: share, threshold: share },
  dependsOn: "random numbers",
  options: {
    xtcProbability: { check: "number", neutral: 0 },
    xtcThreshold: { check: "number", needs: ["xtcProbability"] },
  },
  flags: {
    xtcProbability: { takes },
    xtcThreshold: { takes },
  },
  build: ({ xtcProbability, xtcThreshold = 0.1 }) => ({
    type: "xtc",
    probability: xtcProbability,
    threshold: xtcThreshold,
  }),
  run: (candidates, step, context, workspace) =>
    acts(step, context) ? excludeTopChoices(candidates, step.threshold, workspace) : candidates,
});
