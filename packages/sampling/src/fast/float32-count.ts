/**
 * How many tokens transformers' top-p keeps where rounding decides: its TopPLogitsWarper works on float32 tensors, so
 * that of five equal tokens p 0.4 keeps two (0.6 and three fifths round to the same number), where exact sums of
 * doubles keep three.
 */
import type { Weights } from "../candidates.ts";
import { float32Softmax } from "../float32-softmax.ts";
import { topMassThreshold } from "./threshold.ts";

/** A share of the whole mass, larger than the error of a running sum in float32. */
export const ROUNDING = 1e-6;

/**
 * Tokens are dropped from the least probable on while their running sum is at most 1 - p; at least one is kept. `among`
 * holds the indices, ascending, of tokens that together reach p + ROUNDING, and of all that weigh more.
 */
export function countInFloat32(logits: Float64Array, p: number, { weights, sum }: Weights, among: Int32Array): number {
  const boundAt = (mass: number) => topMassThreshold(logits, mass * sum, { weights, among: among.slice() }).value;
  const floor = boundAt(p + ROUNDING);
  const ceiling = boundAt(Math.max(0, p - ROUNDING));
  const rounded = float32Softmax(logits);
  const band: number[] = [];
  let [mass, count] = [0, 0]; // mass of the tokens that are certainly dropped, count of those certainly kept
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! < floor) mass += rounded[i]!;
    else if (logits[i]! <= ceiling) band.push(rounded[i]!);
    else count++;
  }
  return Math.max(1, count + band.length - countDropped(Float32Array.from(band).sort(), mass, Math.fround(1 - p)));
}

/** torch's cumsum on a CPU: it adds in float64 and stores float32. */
function countDropped(ascending: Float32Array, below: number, limit: number): number {
  let [mass, dropped] = [below, 0];
  for (; dropped < ascending.length; dropped++) {
    mass += ascending[dropped]!;
    if (Math.fround(mass) > limit) break;
  }
  return dropped;
}
