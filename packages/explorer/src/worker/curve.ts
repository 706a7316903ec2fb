/** The softmax of the logits, sorted: the curve of the whole vocabulary, and its most probable tokens. */
import { candidatesOf, entropy, mostProbable, probabilities } from "@tsgpt/sampling";
import type { Curve, RankedToken } from "../protocol/next-token.ts";
import { describeShares } from "./describe.ts";
import type { Session } from "./session.ts";

const TOP = 20;
const HEAD = 100; // ranks of which each is a point
const POINTS = 400; // beyond the head on a linear axis, and as many on a logarithmic one

export function describeCurve({ model, logits }: Session): Curve {
  const candidates = candidatesOf(logits);
  const top = describeShares(model, mostProbable(candidates, TOP));
  const sorted = probabilities(candidates).sort().reverse();
  const ranks = ranksOf(sorted.length);
  return {
    ranks,
    probabilities: Float64Array.from(ranks, (rank) => sorted[rank - 1] as number),
    tails: tailsAt(ranks, sorted),
    entropy: entropy(candidates) / Math.LN2,
    top: top.map((token): RankedToken => ({ ...token, logit: logits[token.id] as number })),
  };
}

/** Ranks that are close to one another on a linear and on a logarithmic axis. */
function ranksOf(count: number): Int32Array<ArrayBuffer> {
  const ranks = new Set<number>();
  for (let rank = 1; rank <= Math.min(HEAD, count); rank++) ranks.add(rank);
  for (let i = 0; i <= POINTS; i++) {
    ranks.add(Math.ceil((i / POINTS) * (count - 1)) + 1);
    ranks.add(Math.round(count ** (i / POINTS)));
  }
  return Int32Array.from(ranks).sort();
}

function tailsAt(ranks: Int32Array, sorted: Float64Array): Float64Array<ArrayBuffer> {
  let [sum, next] = [0, 0];
  return Float64Array.from(ranks, (rank) => {
    while (next < rank) sum += sorted[next++] as number;
    return Math.max(0, 1 - sum);
  });
}
