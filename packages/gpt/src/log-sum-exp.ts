/** The normaliser of a row of logits: ln p(i) = logits[i] - ln sum_j exp(logits[j]). */
import { type Engine, softmax, Tensor } from "@tsgpt/tensor";

/**
 * ln of the sum of exp(logits), the largest taken out first, summed in float64. [V] -> a number
 * @throws Error naming `by` and the position if it is no number: a logit is NaN or Infinity, or all are -Infinity
 */
export function logSumOfExp(logits: Float32Array, position: number, by: string): number {
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) max = Math.max(max, logits[i] as number);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i] as number) - max);
  if (Number.isNaN(sum)) throw notFinite(logits, position, by);
  return max + Math.log(sum);
}

/** ln p of every token. [V] -> [V] @throws Error as `logSumOfExp` */
export function logProbabilities(logits: Float32Array, position: number, by: string): Float64Array {
  const logSum = logSumOfExp(logits, position, by);
  const row = new Float64Array(logits.length);
  for (let i = 0; i < row.length; i++) row[i] = (logits[i] as number) - logSum; // a callback would take ten times as long
  return row;
}

/**
 * `logSumOfExp` to within 1e-6, by an engine's softmax, in a tenth of the time: any token that is not improbable tells the sum by its
 * logit and its probability. @throws Error as `logSumOfExp`
 */
export function logSumBySoftmax(logits: Float32Array, engine: Engine, position: number, by: string): number {
  const arena = engine.takeArena();
  try {
    const probabilities = softmax(new Tensor(logits, [1, logits.length]), arena).data;
    const enough = 0.5 / logits.length; // the likeliest has 1 / V at the least
    for (let i = 0; i < probabilities.length; i++) {
      const probability = probabilities[i] as number;
      if (probability >= enough) return (logits[i] as number) - Math.log(probability);
    }
    throw notFinite(logits, position, by);
  } finally {
    engine.giveArena(arena);
  }
}

function notFinite(logits: Float32Array, position: number, by: string): Error {
  const what = logits.some(Number.isNaN) ? "NaN" : "infinite";
  return new Error(`${by}: the logits at position ${position} are ${what}; check the weights`);
}
