/** What a beam search sums when processors are named: transformers applies them to log-probabilities, and does not renormalise. */
import type { LogProbabilities } from "@tsgpt/gpt";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";
import { logProbabilities } from "./scores.ts";

/** The log-probabilities of the model as the chain leaves them, -Infinity for what it removes. [V] -> [V] */
export function processedLogProbabilities(chain: ChainSpec): LogProbabilities {
  const { distribution } = createSampler(chain, { seed: 0 }); // nothing is drawn
  return (logits, context) => {
    const { ids, logits: left } = distribution(logProbabilities(logits), context);
    const row = new Float64Array(logits.length).fill(-Infinity);
    for (const [i, id] of ids.entries()) row[id] = left[i] as number;
    return row;
  };
}
