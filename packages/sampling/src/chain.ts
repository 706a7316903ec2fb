/** A chain at work: a row of logits and the history in, the candidates that are left out. */
import { type Candidates, candidatesOf } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import type { StepContext } from "./rule.ts";
import { giveLogits } from "./scratch.ts";
import { applyStep, type ChainSpec, type StepSpec } from "./spec.ts";

/** What is said so far. */
export interface SampleContext {
  /** All ids so far, the prompt's included. */
  readonly history: ArrayLike<number>;
  /** How many of them are the prompt's; default 0. */
  readonly promptLength?: number;
}

/** Sees every step: what it was given and what it left. */
export type Observe = (step: StepSpec, before: Candidates, after: Candidates) => void;

/** The candidates a checked chain leaves; nothing is drawn. @throws SamplingError if the logits or the context break a rule */
export function runChain(
  chain: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext,
  { uniform, mu }: Pick<StepContext, "uniform" | "mu">,
  observe?: Observe,
): Candidates {
  const { history, promptLength = 0 } = context;
  checkContext(history, promptLength, logits.length);
  const stepContext: StepContext = { history, promptLength, vocabularySize: logits.length, uniform, mu };
  let candidates = candidatesOf(logits);
  for (const step of chain) {
    const after = applyStep(candidates, step, stepContext);
    observe?.(step, candidates, after);
    if (!observe && after.logits !== candidates.logits) giveLogits(candidates.logits, logits.length);
    candidates = after;
  }
  return candidates;
}

function checkContext(history: ArrayLike<number>, promptLength: number, vocabularySize: number): void {
  for (let i = 0; i < history.length; i++) {
    const id = history[i]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabularySize) continue;
    const rule = `each id must be a whole number from 0 to ${vocabularySize - 1}, as there are ${vocabularySize} logits`;
    throw new SamplingError(`history: ${rule}; history[${i}] is ${id}`);
  }
  if (Number.isInteger(promptLength) && promptLength >= 0 && promptLength <= history.length) return;
  throw new SamplingError(
    `promptLength: must be a whole number from 0 to the history's length ${history.length}, got ${promptLength}`,
  );
}
