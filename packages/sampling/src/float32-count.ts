/**
 * How many tokens transformers' top-p keeps where rounding decides: its TopPLogitsWarper works on float32 tensors, so that of five
 * equal tokens p 0.4 keeps two (0.6 and three fifths round to the same number), where exact sums of doubles keep three.
 */
import { exponentials, largest } from "@tsgpt/numeric";
import type { Weights } from "./candidates.ts";
import { headCut } from "./cut.ts";

/** Of the whole mass: more than a running sum in float32 is away from the exact one. */
export const ROUNDING = 1e-6;

/**
 * Tokens are dropped from the least probable on while their running sum is at most 1 - p; at least one stays. `among` holds the
 * places that reach p + ROUNDING, ascending, and all that weigh more.
 */
export function countInFloat32(logits: Float64Array, p: number, { weights, sum }: Weights, among: Int32Array): number {
  const floor = headCut(logits, (p + ROUNDING) * sum, weights, among.slice()).threshold;
  const ceiling = headCut(logits, Math.max(0, p - ROUNDING) * sum, weights, among.slice()).threshold;
  const rounded = probabilities32(logits);
  const band: number[] = [];
  let [mass, count] = [0, 0]; // mass of what is surely dropped
  for (let i = 0; i < logits.length; i++) {
    if (logits[i]! < floor) mass += rounded[i]!;
    else if (logits[i]! <= ceiling) band.push(rounded[i]!);
    else count++;
  }
  return Math.max(1, count + band.length - droppedOf(Float32Array.from(band).sort(), mass, Math.fround(1 - p)));
}

/** torch's cumsum on a CPU: it adds in float64 and stores float32. */
function droppedOf(ascending: Float32Array, below: number, limit: number): number {
  let [mass, dropped] = [below, 0];
  for (; dropped < ascending.length; dropped++) {
    mass += ascending[dropped]!;
    if (Math.fround(mass) > limit) break;
  }
  return dropped;
}

/** torch's softmax on a CPU: differences, exponentials, the reciprocal of their sum and the products, each rounded. */
function probabilities32(logits: Float64Array): Float64Array {
  const max = Math.fround(largest(logits));
  const numbers = new Float64Array(logits.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(Math.fround(logits[i]!) - max);
  const sum = exponentials(numbers, 0, numbers); // in place
  const reciprocal = Math.fround(1 / Math.fround(sum));
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(Math.fround(numbers[i]!) * reciprocal);
  return numbers;
}
