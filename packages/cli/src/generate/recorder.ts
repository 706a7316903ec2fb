/** What is told of a token beside the token: the likeliest ones in its place, and how the chain came to it. */
import { logSumOfExp, type Sample, type SampleContext } from "@tsgpt/gpt";
import { candidatesOf, mostProbable, type Profile, type Sampler, type StepReport } from "@tsgpt/sampling";

interface TopLogprob {
  readonly id: number;
  /** Of the raw logits, in nats. */
  readonly logprob: number;
}

/** Of one token. */
export interface Note {
  readonly topLogprobs?: readonly TopLogprob[];
  /** The probability it was drawn with. */
  readonly probability?: number;
  /** The distribution that the chain was given. */
  readonly initial?: Profile;
  readonly steps?: readonly StepReport[];
}

export interface RecorderOptions {
  /** How many of the likeliest tokens; undefined for none. */
  readonly logprobs?: number | undefined;
  readonly traceSampling?: boolean | undefined;
}

/** A sampler as `generate` wants it, that leaves a note for each token in `notes`. */
export function recording(sampler: Sampler, { logprobs, traceSampling }: RecorderOptions, notes: Note[]): Sample {
  if (logprobs === undefined && !traceSampling) return sampler;
  return (logits: Float32Array, context: SampleContext) => {
    const top = topOf(logits, context.history.length, logprobs);
    if (!traceSampling) {
      notes.push(top);
      return sampler(logits, context);
    }
    const { id, ...explained } = sampler.explain(logits, context);
    notes.push({ ...top, ...explained });
    return id;
  };
}

/** Leaves a note of the likeliest tokens in `notes`, for a strategy that chooses without a chain. */
export function noteTop(
  logits: Float32Array,
  { history }: SampleContext,
  { logprobs }: RecorderOptions,
  notes: Note[],
): void {
  if (logprobs !== undefined) notes.push(topOf(logits, history.length, logprobs));
}

/** The `count` likeliest tokens under the raw logits before `position`, the likeliest first; without a count, nothing. */
export function topOf(logits: Float32Array, position: number, count: number | undefined): Note {
  if (count === undefined) return {};
  const logSum = logSumOfExp(logits, position, "topOf"); // the probability itself may be too small for a number
  const top = mostProbable(candidatesOf(logits), count);
  return { topLogprobs: top.map(({ id }) => ({ id, logprob: (logits[id] as number) - logSum })) };
}
