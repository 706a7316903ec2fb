/**
 * Temperature: z_i / T. Above 1 flattens the distribution, below 1 sharpens it; the order never changes. Ackley, Hinton
 * and Sejnowski, "A Learning Algorithm for Boltzmann Machines" (1985). T = 0 is greedy.ts, not a limit here.
 */
import { isBounded } from "../bounded.ts";
import type { Candidates } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { number, type Parameter } from "../parameter.ts";
import { step } from "../step.ts";
import { takeLogits, type Workspace } from "../workspace.ts";

export interface Temperature {
  readonly type: "temperature";
  /** T, above 0; 1 is off. */
  readonly temperature: number;
}

function divide(candidates: Candidates, temperature: number, workspace: Workspace): Candidates {
  if (temperature === 1) return candidates;
  const logits = takeLogits(workspace, candidates.logits.length);
  for (let i = 0; i < logits.length; i++) {
    const logit = candidates.logits[i]! / temperature;
    if (!isBounded(logit)) throw tooSmall(temperature, candidates.logits[i]!);
    logits[i] = logit;
  }
  return { ids: candidates.ids, logits };
}

const INSTEAD = 'use the step { type: "greedy" }, or the option greedy';
const positive = number("must be a finite number above 0 (1 is off)", (value) => value > 0);

const parameter: Parameter = {
  required: true,
  check(value, name) {
    if (value !== 0) return positive.check(value, name);
    throw new SamplingError(`${name} must be above 0, got 0; for the most probable token ${INSTEAD}`);
  },
};

function tooSmall(value: number, logit: number): SamplingError {
  const overflow = `${value} is so small that the logit ${logit} divided by it overflows`;
  return new SamplingError(`temperature: ${overflow}; ${INSTEAD}`);
}

interface Options {
  readonly temperature: number;
}

/**
 * Every logit divided by the temperature; 1 changes nothing.
 * @throws SamplingError unless the temperature is a finite number above 0, and large enough that no quotient overflows.
 */
export const temperature = step<Temperature, Options, Options, "temperature">({
  type: "temperature",
  kind: "shape",
  parameters: { temperature: parameter },
  options: { temperature: { check: "number", neutral: 1, transformers: { key: "temperature" } } },
  flags: {
    temperature: {
      takes: { kind: "number" },
    },
  },
  build: ({ temperature }, { dialect }) =>
    dialect === "llama.cpp" && temperature <= 0 ? { type: "greedy" } : { type: "temperature", temperature },
  run: (candidates, { temperature }, _, workspace) => divide(candidates, temperature, workspace),
});
