/** What each step of a chain did, as plain data. */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { type Candidates, indexOf, softmaxWeights } from "./candidates.ts";
import { type Observe, type RunState, runChain, type SampleContext } from "./chain.ts";
import { SamplingError } from "./errors.ts";
import { highest, type Profile, profileOf, type Share } from "./profile.ts";
import { type AnyChain, type ChainSpec, type InferredStep, type StepSpec, validateChain } from "./spec.ts";
import { createWorkspace } from "./workspace.ts";

/** A token that a step kept. */
export interface KeptShare extends Share {
  /** Its probability in the distribution that the step received; 0 if it was not among the candidates. */
  readonly given: number;
}

/** What one step did, and the distribution it returned. */
export interface StepReport extends Profile {
  readonly step: StepSpec;
  /** Number of candidates before the step. */
  readonly before: number;
  /** Probability of the removed tokens in the distribution that the step received. */
  readonly massRemoved: number;
  /** The removed tokens, the most probable first, at most `limit`, with the probability they had. */
  readonly removed: readonly Share[];
  /** The most probable tokens it kept, at most `limit`, with their new probability and the one they had. */
  readonly top: readonly KeptShare[];
  /** The uniform number that XTC drew. */
  readonly uniform?: number;
  /** Mirostat's bound, in bits. */
  readonly mu?: number;
}

/** The candidates that a chain left, and what each step did. */
export interface ChainResult {
  readonly candidates: Candidates;
  /** The distribution before the chain: the softmax of the logits. */
  readonly initial: Profile;
  readonly steps: readonly StepReport[];
}

/** How much is reported. */
export interface ReportOptions {
  /** Number of tokens listed per step; default 10. For 0 there are neither lists nor tails: numbers alone. */
  readonly limit?: number | undefined;
  /** Random numbers in [0, 1) for steps that act randomly; without them such a step is an error. */
  readonly uniform?: (() => number) | undefined;
}

const CHECKS: Checks<ReportOptions> = { limit: "number", uniform: "function" };

/**
 * Applies a chain and reports each step. Nothing is drawn.
 * @throws SamplingError if the chain, the logits or the history break a rule.
 */
export function applyChain<const S extends InferredStep>(
  spec: AnyChain<S>,
  logits: Float32Array | Float64Array,
  context: SampleContext = { history: [] },
  options: ReportOptions = {},
): ChainResult {
  checkOptions("applyChain", options, CHECKS);
  const { limit = 10, uniform = noChance } = options;
  return reportChain(
    validateChain(spec),
    logits,
    context,
    { uniform, mu: undefined, workspace: createWorkspace() },
    limit,
  );
}

/** The same for a checked chain, with a sampler's state. */
export function reportChain(
  chain: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext,
  { uniform, mu, workspace }: RunState,
  limit: number,
): ChainResult {
  const steps: StepReport[] = [];
  let given: Candidates | undefined;
  let chance: number | undefined;
  const watched = (): number => {
    chance = uniform();
    return chance;
  };
  const observe: Observe = (step, before, after) => {
    given ??= before;
    const state =
      step.type === "mirostat" ? { mu: mu ?? 2 * step.tau } : chance === undefined ? {} : { uniform: chance };
    steps.push({ ...reportOf(step, before, after, limit), ...state });
    chance = undefined;
  };
  const candidates = runChain(chain, logits, context, { uniform: watched, mu, workspace }, observe);
  return { candidates, initial: profileOf(given ?? candidates, limit), steps };
}

function reportOf(step: StepSpec, before: Candidates, after: Candidates, limit: number): StepReport {
  const { removed, massRemoved } = difference(before, after, limit);
  const { kept, entropyBits, headSize, top, tail } = profileOf(after, limit);
  const given = shareIn(before);
  const compared = top.map((share) => ({ ...share, given: given(share.id) }));
  return { step, before: before.ids.length, kept, massRemoved, removed, entropyBits, headSize, top: compared, tail };
}

/** The probability of a token, 0 for one that is not a candidate. */
function shareIn(candidates: Candidates): (id: number) => number {
  const { weights, sum } = softmaxWeights(candidates.logits);
  return (id) => (weights[indexOf(candidates, id)] ?? 0) / sum;
}

function difference(before: Candidates, after: Candidates, limit: number): Pick<StepReport, "removed" | "massRemoved"> {
  // A forced token may be one that was not a candidate before.
  const same = before.ids.length === after.ids.length && before.ids[0] === after.ids[0];
  if (same) return { massRemoved: 0, removed: [] };
  const { weights, sum } = softmaxWeights(before.logits);
  const scores = new Float64Array(weights.length).fill(-Infinity); // of the removed tokens
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
  const indices = highest(scores, Math.min(limit, gone));
  const removed = indices.map((i) => ({ id: before.ids[i]!, probability: weights[i]! / sum }));
  return { massRemoved: mass / sum, removed };
}

function noChance(): number {
  throw new SamplingError("applyChain: this chain acts by chance (xtc); give it { uniform }");
}
