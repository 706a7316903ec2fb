/** What each step of a chain did, as plain data. */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { type Candidates, indexOf } from "./candidates.ts";
import { type Observe, type RunState, runChain, type SampleContext } from "./chain.ts";
import { SamplingError } from "./errors.ts";
import { highest, type Profile, profileOf, type Share, type Weighed, weigh } from "./profile.ts";
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
  let weighed: Weighed | undefined; // what the next step receives
  let chance: number | undefined;
  const watched = (): number => {
    chance = uniform();
    return chance;
  };
  const observe: Observe = (step, before, after) => {
    weighed ??= weigh(before, workspace);
    initial ??= profileOf(weighed, limit, workspace);
    const given = weighed;
    if (after !== before) weighed = weigh(after, workspace);
    const state =
      step.type === "mirostat" ? { mu: mu ?? 2 * step.tau } : chance === undefined ? {} : { uniform: chance };
    steps.push({ ...reportOf(step, given, weighed, limit, workspace), ...state });
    if (after !== before) giveLogits(workspace, given.weights, logits.length);
    chance = undefined;
  };
  const candidates = runChain(chain, logits, context, { uniform: watched, mu, workspace }, observe);
  initial ??= profileOf(weigh(candidates, workspace), limit, workspace);
  if (weighed) giveLogits(workspace, weighed.weights, logits.length);
  return { candidates, initial, steps };
}

function reportOf(step: StepSpec, before: Weighed, after: Weighed, limit: number, workspace: Workspace): StepReport {
  const { removed, massRemoved } = difference(before, after, limit, workspace);
  const { kept, entropyBits, headSize, top, tail } = profileOf(after, limit, workspace);
  const compared = top.map((share) => ({ ...share, given: shareIn(before, share.id) }));
  return { step, before: before.ids.length, kept, massRemoved, removed, entropyBits, headSize, top: compared, tail };
}

/** The probability of a token, 0 for one that is not a candidate. */
function shareIn(candidates: Weighed, id: number): number {
  return (candidates.weights[indexOf(candidates, id)] ?? 0) / candidates.sum;
}

function difference(
  before: Weighed,
  after: Candidates,
  limit: number,
  workspace: Workspace,
): Pick<StepReport, "removed" | "massRemoved"> {
  // A forced token may be one that was not a candidate before.
  const same = before.ids.length === after.ids.length && before.ids[0] === after.ids[0];
  if (same) return { massRemoved: 0, removed: [] };
  const { ids, logits, weights, sum } = before;
  const scores = scratchWeights(workspace, ids.length).fill(-Infinity); // of the removed tokens
  let [mass, gone, next] = [0, 0, 0];
  for (let i = 0; i < ids.length; i++) {
    if (after.ids[next] === ids[i]) {
      next++;
      continue;
    }
    scores[i] = logits[i]!;
    mass += weights[i]!;
    gone++;
  }
  const indices = highest(scores, Math.min(limit, gone), workspace);
  const removed = indices.map((i) => ({ id: ids[i]!, probability: weights[i]! / sum }));
  return { massRemoved: mass / sum, removed };
}

function noChance(): number {
  throw new SamplingError("applyChain: this chain acts by chance (xtc); give it { uniform }");
}
