/**
 * A summary of a distribution, as plain data: sorted, 50,000 probabilities are a short head, listed token by token, and
 * a very long tail, summed over ranges of ranks.
 */
import { type Candidates, entropyOf, scratchSoftmaxWeights, softmaxWeights, type Weights } from "./candidates.ts";
import { indicesAtLeast, topCountThreshold } from "./fast/threshold.ts";
import { selectTopP } from "./fast/top-p.ts";
import { createWorkspace, takeLogits, type Workspace } from "./workspace.ts";

/** A token and its probability. */
export interface Share {
  readonly id: number;
  readonly probability: number;
}

/** The tokens from one rank to another, inclusive; 1 is the most probable token. */
export interface TailPart {
  readonly from: number;
  readonly to: number;
  /** The sum over them. */
  readonly probability: number;
}

/** A distribution in brief: its size, its entropy, its most probable tokens, and the others in ranges. */
export interface Profile {
  /** Candidates. */
  readonly kept: number;
  readonly entropyBits: number;
  /** How many of the most probable tokens hold 90% of the mass: as many as top-p 0.9 keeps. */
  readonly headSize: number;
  /** The most probable tokens, at most `limit`. */
  readonly top: readonly Share[];
  /** All others, in ranges that end at rank 10, 100, 1000 and so on; empty if no token is to be named. */
  readonly tail: readonly TailPart[];
}

const HEAD_MASS = 0.9;

/** A distribution with its weights, from which all that is said of it follows. */
export interface Weighed extends Candidates, Weights {}

export function weigh(candidates: Candidates, workspace: Workspace): Weighed {
  const { logits } = candidates;
  return { ...candidates, ...softmaxWeights(logits, takeLogits(workspace, logits.length)) };
}

/** The profile of a distribution that names at most `limit` tokens. For 0 its tail is empty too, which saves a sort. */
export function profileOf(weighed: Weighed, limit: number, workspace: Workspace): Profile {
  const { ids, logits } = weighed;
  const top = mostProbableOf(weighed, limit, workspace);
  return {
    kept: ids.length,
    entropyBits: entropyOf(logits, weighed) / Math.LN2,
    headSize: selectTopP(weighed, { p: HEAD_MASS }, workspace, weighed).ids.length,
    top,
    tail: limit === 0 ? [] : tailOf(weighed, top.length),
  };
}

/** The tail after the `named` largest shares. */
function tailOf({ weights, sum }: Weights, named: number): TailPart[] {
  const parts: TailPart[] = [];
  const count = weights.length;
  const shares = weights.map((weight) => weight / sum).sort(); // ascending: rank r is at count - r
  for (let [from, end] = [named + 1, 10]; from <= count; end *= 10) {
    const to = Math.min(count, end);
    if (to < from) continue;
    let probability = 0;
    for (let i = count - to; i <= count - from; i++) probability += shares[i]!;
    parts.push({ from, to, probability });
    from = to + 1;
  }
  return parts;
}

/** The most probable candidates, at most `limit`, ties by the lower id. `workspace`: memory to reuse. */
export function mostProbable(candidates: Candidates, limit: number, workspace = createWorkspace()): Share[] {
  const weighed = { ...candidates, ...scratchSoftmaxWeights(candidates.logits, workspace) };
  return mostProbableOf(weighed, limit, workspace);
}

/** The same of candidates that are weighed. */
export function mostProbableOf({ ids, logits, weights, sum }: Weighed, limit: number, workspace: Workspace): Share[] {
  const count = Math.floor(Math.min(limit, ids.length));
  if (!(count >= 1)) return [];
  const threshold = topCountThreshold(logits, count, workspace).value;
  const indices = Array.from(indicesAtLeast(logits, threshold, workspace));
  const highest = indices.sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, count);
  return highest.map((i) => ({ id: ids[i]!, probability: weights[i]! / sum }));
}
