/**
 * A chain at work: a row of logits and the history in, the candidates that are left out, and on request what each step
 * kept and removed.
 */
import { type Candidates, candidatesOf, softmaxWeights } from "./candidates.ts";
import { SamplingError } from "./errors.ts";
import { applyStep, type ChainSpec, type StepSpec, validateChain } from "./spec.ts";
import { topK } from "./top-k.ts";

/** What one step did; plain data. */
export interface StepReport {
  readonly step: StepSpec;
  /** Candidates the step was given. */
  readonly before: number;
  /** Candidates it left. */
  readonly kept: number;
  /** Probability, under the distribution the step was given, of what it removed. */
  readonly massRemoved: number;
  /** Ids it removed, the most probable first, at most `removedLimit` of them. */
  readonly removed: readonly number[];
}

export interface ChainResult {
  readonly candidates: Candidates;
  readonly steps: readonly StepReport[];
}

/**
 * Applies a chain and reports each step. Nothing is drawn.
 * @throws SamplingError if the chain, the logits or the history break a rule.
 */
export function applyChain(
  spec: ChainSpec,
  logits: Float32Array,
  history: ArrayLike<number> = [],
  { removedLimit = 20 }: { removedLimit?: number } = {},
): ChainResult {
  const steps: StepReport[] = [];
  const observe = (step: StepSpec, before: Candidates, after: Candidates): void => {
    steps.push(reportOf(step, before, after, removedLimit));
  };
  return { candidates: runChain(validateChain(spec), logits, history, observe), steps };
}

/** The candidates a checked chain leaves; `observe` sees every step. */
export function runChain(
  chain: ChainSpec,
  logits: Float32Array,
  history: ArrayLike<number>,
  observe?: (step: StepSpec, before: Candidates, after: Candidates) => void,
): Candidates {
  checkHistory(history, logits.length);
  let candidates = candidatesOf(logits);
  for (const step of chain) {
    const after = applyStep(candidates, step, history);
    observe?.(step, candidates, after);
    candidates = after;
  }
  return candidates;
}

function checkHistory(history: ArrayLike<number>, vocabulary: number): void {
  for (let i = 0; i < history.length; i++) {
    const id = history[i]!;
    if (Number.isInteger(id) && id >= 0 && id < vocabulary) continue;
    const rule = `each id must be a whole number from 0 to ${vocabulary - 1}, as there are ${vocabulary} logits`;
    throw new SamplingError(`history: ${rule}; history[${i}] is ${id}`);
  }
}

function reportOf(step: StepSpec, before: Candidates, after: Candidates, limit: number): StepReport {
  const [given, kept] = [before.ids.length, after.ids.length];
  if (given === kept) return { step, before: given, kept, massRemoved: 0, removed: [] };
  const { weights, sum } = softmaxWeights(before.logits);
  const gone = before.ids.map((_, i) => i).filter(notIn(after.ids, before.ids));
  const mass = gone.reduce((total, i) => total + weights[i]!, 0);
  const removed = {
    ids: gone.map((i) => before.ids[i]!),
    logits: Float64Array.from(gone, (i) => before.logits[i]!),
  };
  return { step, before: given, kept, massRemoved: mass / sum, removed: mostProbable(removed, limit) };
}

/** Whether ids[i] is missing from `kept`; both ascend, and it is asked for i = 0, 1, 2, ... */
function notIn(kept: Int32Array, ids: Int32Array): (i: number) => boolean {
  let next = 0;
  return (i) => {
    if (kept[next] !== ids[i]) return true;
    next++;
    return false;
  };
}

function mostProbable(candidates: Candidates, limit: number): number[] {
  if (!(limit >= 1)) return [];
  const { ids, logits } = limit < candidates.ids.length ? topK(candidates, Math.floor(limit)) : candidates;
  const order = Array.from(ids.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  return order.map((i) => ids[i]!);
}
