/**
 * Temperature: z_i / T. Above 1 flattens the distribution, below 1 sharpens it; the order never changes.
 * Ackley, Hinton and Sejnowski, "A Learning Algorithm for Boltzmann Machines" (1985). T = 0 is greedy.ts, not a limit here.
 */
import { isBounded } from "../bounded.ts";
import type { Candidates } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { number, type Parameter } from "../parameter.ts";
import { checkStep, type Rule } from "../rule.ts";
import { takeLogits } from "../scratch.ts";

export interface Temperature {
  readonly type: "temperature";
  /** T, above 0; 1 is off. */
  readonly temperature: number;
}

/**
 * Every logit divided by the temperature; 1 changes nothing.
 * @throws SamplingError unless the temperature is a finite number above 0, and large enough that no quotient overflows.
 */
export function temperature(candidates: Candidates, step: Omit<Temperature, "type">): Candidates {
  checkStep(TEMPERATURE, step);
  const value = step.temperature;
  if (value === 1) return candidates;
  const logits = takeLogits(candidates.logits.length);
  for (let i = 0; i < logits.length; i++) {
    const logit = candidates.logits[i]! / value;
    if (!isBounded(logit)) throw tooSmall(value, candidates.logits[i]!);
    logits[i] = logit;
  }
  return { ids: candidates.ids, logits };
}

const above0 = number("must be a finite number above 0 (1 is off)", (value) => value > 0);

const value: Parameter = {
  required: true,
  check(value, name) {
    if (value !== 0) return above0.check(value, name);
    const instead = 'for the most probable token use greedy (--greedy, or { type: "greedy" })';
    throw new SamplingError(`${name} must be above 0, got 0; ${instead}`);
  },
};

export const TEMPERATURE: Rule<Temperature> = {
  type: "temperature",
  kind: "shape",
  parameters: { temperature: value },
  apply: temperature,
};

function tooSmall(value: number, logit: number): SamplingError {
  return new SamplingError(
    `temperature: ${value} is so small that the logit ${logit} divided by it overflows; use greedy (--greedy)`,
  );
}
