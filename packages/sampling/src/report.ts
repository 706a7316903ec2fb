/** What each step of a chain did, as plain data: for a person to read, or a program. */
import { type Candidates, entropy, probabilities, softmaxWeights } from "./candidates.ts";
import { type Observe, runChain, type SampleContext } from "./chain.ts";
import { largestCut, placesFrom } from "./cut.ts";
import { SamplingError } from "./errors.ts";
import type { StepContext } from "./rule.ts";
import { type ChainSpec, type StepSpec, validateChain } from "./spec.ts";

/** A token and its probability. */
export interface Share {
  readonly id: number;
  readonly probability: number;
}

/** What one step did. */
export interface StepReport {
  readonly step: StepSpec;
  /** Candidates the step was given. */
  readonly before: number;
  /** Candidates it left. */
  readonly kept: number;
  /** Probability, under the distribution the step was given, of what it removed. */
  readonly massRemoved: number;
  /** What it removed, the most probable first, at most `limit`, with the probability it had. */
  readonly removed: readonly Share[];
  /** Of the distribution it left, in bits. */
  readonly entropyBits: number;
  /** The most probable tokens it left, at most `limit`, with their new probability. */
  readonly top: readonly Share[];
  /** The chance that XTC drew. */
  readonly uniform?: number;
  /** Mirostat's bound, in bits. */
  readonly mu?: number;
}

export interface ChainResult {
  readonly candidates: Candidates;
  readonly steps: readonly StepReport[];
}

export interface ReportOptions {
  /** Tokens named per step; default 10. */
  readonly limit?: number | undefined;
  /** Random numbers in [0, 1) for steps that act by chance; without them such a step is an error. */
  readonly uniform?: (() => number) | undefined;
}

/**
 * Applies a chain and reports each step. Nothing is drawn.
 * @throws SamplingError if the chain, the logits or the history break a rule.
 */
export function applyChain(
  spec: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext = { history: [] },
  { limit = 10, uniform = noChance }: ReportOptions = {},
): ChainResult {
  return reportChain(validateChain(spec), logits, context, { uniform, mu: undefined }, limit);
}

/** The same for a checked chain and a sampler's state. */
export function reportChain(
  chain: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext,
  { uniform, mu }: Pick<StepContext, "uniform" | "mu">,
  limit: number,
): ChainResult {
  const steps: StepReport[] = [];
  let chance: number | undefined;
  const watched = (): number => {
    chance = uniform();
    return chance;
  };
  const observe: Observe = (step, before, after) => {
    const state =
      step.type === "mirostat" ? { mu: mu ?? 2 * step.tau } : chance === undefined ? {} : { uniform: chance };
    steps.push({ ...reportOf(step, before, after, limit), ...state });
    chance = undefined;
  };
  return { candidates: runChain(chain, logits, context, { uniform: watched, mu }, observe), steps };
}

function reportOf(step: StepSpec, before: Candidates, after: Candidates, limit: number): StepReport {
  const { removed, massRemoved } = difference(before, after, limit);
  const [given, kept] = [before.ids.length, after.ids.length];
  const entropyBits = entropy(after) / Math.LN2;
  return { step, before: given, kept, massRemoved, removed, entropyBits, top: mostProbable(after, limit) };
}

function difference(before: Candidates, after: Candidates, limit: number): Pick<StepReport, "removed" | "massRemoved"> {
  const same = before.ids.length === after.ids.length && before.ids[0] === after.ids[0]; // a forced token may be a new one
  if (same) return { massRemoved: 0, removed: [] };
  const { weights, sum } = softmaxWeights(before.logits);
  const scores = new Float64Array(weights.length).fill(-Infinity); // of what is gone
  let [mass, gone, next] = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    if (after.ids[next] === before.ids[i]) {
      next++;
      continue;
    }
    scores[i] = before.logits[i]!;
    mass += weights[i]!;
    gone++;
  }
  const places = highest(scores, Math.min(limit, gone));
  const removed = places.map((i) => ({ id: before.ids[i]!, probability: weights[i]! / sum }));
  return { massRemoved: mass / sum, removed };
}

/** The most probable candidates, at most `limit`, ties by the lower id. */
export function mostProbable(candidates: Candidates, limit: number): Share[] {
  const shares = probabilities(candidates);
  const places = highest(candidates.logits, Math.min(limit, shares.length));
  return places.map((i) => ({ id: candidates.ids[i]!, probability: shares[i]! }));
}

/** Where the `count` highest scores are, the highest first. */
function highest(scores: Float64Array, count: number): number[] {
  if (!(count >= 1)) return [];
  const places = Array.from(placesFrom(scores, largestCut(scores, Math.floor(count)).threshold));
  return places.sort((a, b) => scores[b]! - scores[a]! || a - b).slice(0, Math.floor(count));
}

function noChance(): number {
  throw new SamplingError("applyChain: this chain acts by chance (xtc); give it { uniform }");
}
