/** What a beam search sums: ln p, and where processors are named, what they leave of it, as transformers has it. */
import { type LogProbabilities, logProbabilities, type SampleContext } from "@tsgpt/gpt";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";

/** The log-probabilities of the model as the chain leaves them, not renormalised, -Infinity for what it removes. [V] -> [V] */
export function beamDistribution(chain: ChainSpec): LogProbabilities {
  const raw = (logits: Float32Array, { history }: SampleContext) =>
    logProbabilities(logits, history.length, "beamSearch");
  if (chain.length === 0) return raw;
  const { distribution } = createSampler(chain, { seed: 0 }); // nothing is drawn
  return (logits, context) => {
    const { ids, logits: left } = distribution(raw(logits, context), context);
    const row = new Float64Array(logits.length).fill(-Infinity);
    for (const [i, id] of ids.entries()) row[id] = left[i] as number;
    return row;
  };
}
