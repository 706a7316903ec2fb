/**
 * Temperature: z_i / T. Above 1 flattens the distribution, below 1 sharpens it; the order never changes.
 * Ackley, Hinton and Sejnowski, "A Learning Algorithm for Boltzmann Machines" (1985). T = 0 is greedy.ts, not a limit here.
 */
import type { Candidates } from "./candidates.ts";
import { SamplingError, show } from "./errors.ts";

/**
 * Every logit divided by the temperature; 1 changes nothing.
 * @throws SamplingError unless the temperature is a finite number above 0, and large enough that no quotient overflows.
 */
export function temperature(candidates: Candidates, value: number): Candidates {
  checkTemperature(value);
  if (value === 1) return candidates;
  const logits = candidates.logits.map((logit) => logit / value);
  const overflow = logits.findIndex((logit) => !Number.isFinite(logit));
  if (overflow >= 0) throw tooSmall(value, candidates.logits[overflow]!);
  return { ids: candidates.ids, logits };
}

/** @throws SamplingError unless `value` is a finite number above 0. */
export function checkTemperature(value: number): void {
  if (value === 0) {
    throw new SamplingError(
      'temperature: must be above 0, got 0; for the most probable token use greedy (--greedy, or { type: "greedy" })',
    );
  }
  if (!Number.isFinite(value) || value < 0) {
    throw new SamplingError(`temperature: must be a finite number above 0 (1 is off), got ${show(value)}`);
  }
}

function tooSmall(value: number, logit: number): SamplingError {
  return new SamplingError(
    `temperature: ${value} is so small that the logit ${logit} divided by it overflows; use greedy (--greedy)`,
  );
}
