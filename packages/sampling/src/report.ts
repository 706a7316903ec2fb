/** What each step of a chain did, as plain data. */
import { type Checks, checkOptions } from "@tsgpt/numeric";
import { type Candidates, entropyOf, indexOf, softmaxWeights, type Weights } from "./candidates.ts";
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

/** What one step did, in numbers. */
export interface StepOutline {
  readonly step: StepSpec;
  /** Number of candidates before the step, and after it. */
  readonly before: number;
  readonly kept: number;
  /** Probability of the removed tokens in the distribution that the step received. */
  readonly massRemoved: number;
  /** The removed tokens, the most probable first, at most `limit`, with the probability they had. */
  readonly removed: readonly Share[];
  /** Of the distribution that it returned. */
  readonly entropyBits: number;
  /** The uniform number that XTC drew. */
  readonly uniform?: number;
  /** Mirostat's bound, in bits. */
  readonly mu?: number;
}

/** What one step did, and the distribution it returned. */
export interface StepReport extends StepOutline, Omit<Profile, "top"> {
  /** The most probable tokens it kept, at most `limit`, with their new probability and the one they had. */
  readonly top: readonly KeptShare[];
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
  const state = { uniform, mu: undefined, workspace: createWorkspace() };
  const followed = followChain(validateChain(spec), logits, context, state, limit);
  return { candidates: followed.left.candidates, ...reportOf(followed, limit) };
}

/** A distribution, with the weights that all numbers of it follow from. */
interface Seen {
  readonly candidates: Candidates;
  readonly weighed: Weights;
}

/** A step of a chain that was followed. */
interface Followed {
  readonly received: Seen;
  readonly returned: Seen;
  readonly outline: StepOutline;
  readonly chance: Pick<StepOutline, "uniform" | "mu">;
}

/** What a chain did. */
export interface FollowedChain {
  readonly given: Seen;
  readonly steps: readonly Followed[];
  readonly left: Seen;
}

/** The numbers of each step, of a checked chain with a sampler's state. Weighs each distribution once. */
export function followChain(
  chain: ChainSpec,
  logits: Float32Array | Float64Array,
  context: SampleContext,
  { uniform, mu, workspace }: RunState,
  limit: number,
): FollowedChain {
  const steps: Followed[] = [];
  let drawn: number | undefined;
  const watched = (): number => {
    drawn = uniform();
    return drawn;
  };
  const observe: Observe = (step, before, after) => {
    const received = steps.at(-1)?.returned ?? weighed(before);
    const returned = before === after ? received : weighed(after);
    const chance =
      step.type === "mirostat" ? { mu: mu ?? 2 * step.tau } : drawn === undefined ? {} : { uniform: drawn };
    steps.push({ received, returned, outline: outlineOf(step, received, returned, limit), chance });
    drawn = undefined;
  };
  const candidates = runChain(chain, logits, context, { uniform: watched, mu, workspace }, observe);
  const left = steps.at(-1)?.returned ?? weighed(candidates);
  return { given: steps[0]?.received ?? left, steps, left };
}

const weighed = (candidates: Candidates): Seen => ({ candidates, weighed: softmaxWeights(candidates.logits) });

function outlineOf(step: StepSpec, before: Seen, after: Seen, limit: number): StepOutline {
  const [count, kept] = [before.candidates.ids.length, after.candidates.ids.length];
  const { removed, massRemoved } = difference(before, after.candidates, limit);
  const entropyBits = entropyOf(after.candidates, after.weighed) / Math.LN2;
  return { step, before: count, kept, massRemoved, removed, entropyBits };
}

/** Outlines, and the profile of every distribution. */
export function reportOf({ given, steps }: FollowedChain, limit: number): Omit<ChainResult, "candidates"> {
  return {
    initial: profileOf(given.candidates, limit, given.weighed),
    steps: steps.map(({ received, returned, outline, chance }) => {
      const { headSize, top, tail } = profileOf(returned.candidates, limit, returned.weighed);
      const compared = top.map((share) => ({ ...share, given: shareIn(received, share.id) }));
      return { ...outline, headSize, top: compared, tail, ...chance };
    }),
  };
}

/** The probability of a token, 0 for one that is not a candidate. */
function shareIn({ candidates, weighed: { weights, sum } }: Seen, id: number): number {
  return (weights[indexOf(candidates, id)] ?? 0) / sum;
}

function difference(
  { candidates: before, weighed: { weights, sum } }: Seen,
  after: Candidates,
  limit: number,
): Pick<StepOutline, "removed" | "massRemoved"> {
  // A forced token may be one that was not a candidate before.
  const same = before.ids.length === after.ids.length && before.ids[0] === after.ids[0];
  if (same) return { massRemoved: 0, removed: [] };
  const scores = new Float64Array(limit === 0 ? 0 : weights.length).fill(-Infinity); // of the removed tokens
  let [mass, gone, next] = [0, 0, 0];
  for (let i = 0; i < weights.length; i++) {
    if (after.ids[next] === before.ids[i]) {
      next++;
      continue;
    }
    if (limit > 0) scores[i] = before.logits[i]!;
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
