/** What is told of a token beside the token: the likeliest ones in its place, and how the chain came to it. */
import type { Sample, SampleContext } from "@tsgpt/gpt";
import { candidatesOf, mostProbable, type Sampler, type StepReport } from "@tsgpt/sampling";

export interface TopLogprob {
  readonly id: number;
  /** Of the raw logits, in nats. */
  readonly logprob: number;
}

/** Of one token. */
export interface Note {
  readonly topLogprobs?: readonly TopLogprob[];
  /** The probability it was drawn with. */
  readonly probability?: number;
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
    const top = logprobs === undefined ? {} : { topLogprobs: topLogprobs(logits, logprobs) };
    if (!traceSampling) {
      const id = sampler(logits, context);
      notes.push(top);
      return id;
    }
    const { id, probability, steps } = sampler.explain(logits, context);
    notes.push({ ...top, probability, steps });
    return id;
  };
}

/** The `count` likeliest tokens under raw logits, the likeliest first. */
export function topLogprobs(logits: Float32Array, count: number): TopLogprob[] {
  const top = mostProbable(candidatesOf(logits), count);
  return top.map(({ id, probability }) => ({ id, logprob: Math.log(probability) }));
}
