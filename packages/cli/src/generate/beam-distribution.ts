/**
 * The scores that a beam search adds up: ln p, after penalties and constraints if any are given, as in transformers.
 */
import { type LogProbabilities, logProbabilities, type SampleContext } from "@tsgpt/gpt";
import { type ChainSpec, createSampler } from "@tsgpt/sampling";

/** Log-probabilities after the chain, not renormalized; -Infinity for removed tokens. [V] -> [V] */
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
