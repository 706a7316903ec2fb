/** What each step of a chain did, as plain data. */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { type Candidates, indexOf } from "./candidates.ts";
import { type Observe, type RunState, runChain, type SampleContext } from "./chain.ts";
import { SamplingError } from "./errors.ts";
import { mostProbableOf, type Profile, profileOf, type Share, type Weighed, weigh } from "./profile.ts";
import { type AnyChain, type ChainSpec, type InferredStep, type StepSpec, validateChain } from "./spec.ts";
import { createWorkspace, giveLogits, scratchWeights, type Workspace } from "./workspace.ts";

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
  let initial: Profile | undefined;
  let given: Weighed | undefined; // what the next step receives
  let chance: number | undefined;
  const watched = (): number => {
    chance = uniform();
    return chance;
  };
  const observe: Observe = (candidates, step) => {
    const left = weigh(candidates, workspace);
    const profile = profileOf(left, limit, workspace);
    if (given && step) {
      const state =
        step.type === "mirostat" ? { mu: mu ?? 2 * step.tau } : chance === undefined ? {} : { uniform: chance };
      const change = { kept: profile.kept, ...difference(given, left.ids, limit, workspace) }; // in the report's order
      const top = compared(profile.top, given);
      steps.push({ step, before: given.ids.length, ...change, ...profile, top, ...state });
      giveLogits(workspace, given.weights, logits.length);
      chance = undefined;
    }
    initial ??= profile;
    given = left;
  };
  const candidates = runChain(chain, logits, context, { uniform: watched, mu, workspace }, observe);
  if (given) giveLogits(workspace, given.weights, logits.length);
  return { candidates, initial: initial as Profile, steps };
}

/** With the probability that each had, 0 for one that was not a candidate. */
function compared(top: readonly Share[], before: Weighed): KeptShare[] {
  return top.map((share) => ({ ...share, given: (before.weights[indexOf(before, share.id)] ?? 0) / before.sum }));
}

/** What a step removed. A forced token, which is left alone, may be one that was not a candidate before. */
function difference(
  before: Weighed,
  left: Int32Array,
  limit: number,
  workspace: Workspace,
): Pick<StepReport, "removed" | "massRemoved"> {
  const { ids, logits, weights, sum } = before;
  const scores = scratchWeights(workspace, ids.length).fill(-Infinity); // of the removed tokens
  let [mass, gone, next] = [0, 0, 0];
  for (let i = 0; i < ids.length; i++) {
    if (ids[i] === left[next]) next++;
    else {
      scores[i] = logits[i]!;
      mass += weights[i]!;
      gone++;
    }
  }
  const removed = mostProbableOf({ ...before, logits: scores }, Math.min(limit, gone), workspace);
  return { massRemoved: mass / sum, removed };
}

function noChance(): number {
  throw new SamplingError("applyChain: this chain acts by chance (xtc); give it { uniform }");
}
