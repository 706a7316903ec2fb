/** Runs a chain: from a row of logits and the history to the candidates that are left. */
import { type Candidates, candidatesOf } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import { applyStep, type ChainSpec, type StepSpec } from "./spec.ts";
import type { StepContext } from "./step.ts";
import { giveLogits, type Workspace } from "./workspace.ts";

/** The text so far. */
export interface SampleContext {
  /** All ids so far, including the prompt. */
  readonly history: ArrayLike<number>;
  /** The length of the prompt in the history; default 0. */
  readonly promptLength?: number;
}

/**
 * Called with the candidates before the first step, and after each step together with that step. Their arrays may be
 * overwritten after the next call.
 */
export type Observe = (candidates: Candidates, step?: StepSpec) => void;

/** What a sampler contributes to each run. */
export interface RunState extends Pick<StepContext, "uniform" | "mu"> {
  readonly workspace: Workspace;
}

/**
 * The candidates a checked chain leaves; nothing is drawn.
 * @throws SamplingError if the logits or the context break a rule
 */
export function runChain(
  chain: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext,
  { uniform, mu, workspace }: RunState,
  observe?: Observe,
): Candidates {
  const { history, promptLength = 0 } = context;
  checkContext(history, promptLength, logits.length);
  const stepContext: StepContext = { history, promptLength, vocabularySize: logits.length, uniform, mu };
  let candidates = candidatesOf(logits, workspace);
  observe?.(candidates);
  for (const step of chain) {
    const after = applyStep(candidates, step, stepContext, workspace);
    observe?.(after, step);
    if (after.logits !== candidates.logits) giveLogits(workspace, candidates.logits, logits.length);
    candidates = after;
  }
  return candidates;
}

function checkContext(history: ArrayLike<number>, promptLength: number, vocabularySize: number): void {
  for (let i = 0; i < history.length; i++) {
    const id = history[i]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabularySize) continue;
    const range = `from 0 to ${vocabularySize - 1}, as there are ${vocabularySize} logits`;
    throw new SamplingError(`history: each id must be a whole number ${range}; history[${i}] is ${id}`);
  }
  if (Number.isInteger(promptLength) && promptLength >= 0 && promptLength <= history.length) return;
  throw new SamplingError(
    `promptLength: must be a whole number from 0 to the history's length ${history.length}, got ${promptLength}`,
  );
}
