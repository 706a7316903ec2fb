/** What is recorded of a token besides its id and text: the most probable tokens, and the steps of the chain. */
import { logSumOfExp, type Sample, type SampleContext } from "@tsgpt/gpt";
import { candidatesOf, mostProbable, type Profile, type Sampler, type StepReport } from "@tsgpt/sampling";

interface TopLogprob {
  readonly id: number;
  /** Of the raw logits, in nats. */
  readonly logprob: number;
}

/** The record of one token. */
export interface TokenRecord {
  readonly topLogprobs?: readonly TopLogprob[];
  /** The probability it was drawn with. */
  readonly probability?: number;
  /** The distribution before the chain. */
  readonly initial?: Profile;
  readonly steps?: readonly StepReport[];
}

export interface RecorderOptions {
  /** How many of the most probable tokens; undefined for none. */
  readonly logprobs?: number | undefined;
  readonly traceSampling?: boolean | undefined;
}

/** Wraps a sampler for `generate`: it appends a record of each token to `records`. */
export function recordingSampler(
  sampler: Sampler,
  { logprobs, traceSampling }: RecorderOptions,
  records: TokenRecord[],
): Sample {
  if (logprobs === undefined && !traceSampling) return sampler;
  return (logits: Float32Array, context: SampleContext) => {
    const top = topOf(logits, context.history.length, logprobs);
    if (!traceSampling) {
      records.push(top);
      return sampler(logits, context);
    }
    const { id, probability, initial, steps } = sampler.explain(logits, context);
    records.push({ ...top, probability, initial, steps });
    return id;
  };
}

/** Appends the most probable tokens to `records`, for a strategy that chooses without a chain. */
export function recordTop(
  logits: Float32Array,
  { history }: SampleContext,
  { logprobs }: RecorderOptions,
  records: TokenRecord[],
): void {
  if (logprobs !== undefined) records.push(topOf(logits, history.length, logprobs));
}

/** The `count` most probable tokens by the raw logits at `position`, in descending order; empty without a count. */
export function topOf(logits: Float32Array, position: number, count: number | undefined): TokenRecord {
  if (count === undefined) return {};
  const logSum = logSumOfExp(logits, position, "topOf"); // not ln(p): p may underflow to 0
  const top = mostProbable(candidatesOf(logits), count);
  return { topLogprobs: top.map(({ id }) => ({ id, logprob: (logits[id] as number) - logSum })) };
}
