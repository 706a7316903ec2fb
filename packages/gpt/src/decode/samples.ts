/**
 * Several samples of one prompt over one prefill. They are drawn one after the other, so one cache serves all: each begins
 * by truncating it to the prompt, whose last logits are kept. The prompt is computed once, whatever the number.
 */
import {
  type Continuation,
  checkedPrompt,
  continuation,
  type FinishReason,
  type GeneratedToken,
  type Sample,
  type TextOptions,
} from "../continuation.ts";
import { cacheFor, drawTokens } from "../generate.ts";
import { interruptibleForward } from "../interruptible-forward.ts";
import type { Model } from "../model.ts";

export interface SamplesOptions extends TextOptions {
  /** How many samples to draw. */
  readonly count: number;
  /** The sampler of sample `index`, from 0: each has a generator, and what state it keeps, of its own. */
  readonly sampleFor: (index: number) => Sample;
}

export interface SampleToken extends GeneratedToken {
  /** Which sample it belongs to, from 0. */
  readonly index: number;
}

/**
 * Yields the tokens of sample 0, then those of sample 1, and so on, as `generate` yields those of one, and returns what
 * ended each. With the same sampler the ids are those of `generate`. An abort ends the sample begun, and all after it.
 * @throws RangeError for a count that is no whole number from 1, and whatever `generate` throws
 */
export function generateSamples(
  model: Model,
  prompt: string | readonly number[],
  options: SamplesOptions,
): AsyncGenerator<SampleToken, FinishReason[]> {
  const { count } = options;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(`generateSamples: count must be a whole number, 1 or more, got ${count}`);
  }
  const ids = checkedPrompt(model, prompt, options, "generateSamples");
  const begin = () => continuation(model, ids, options, "generateSamples");
  return oneByOne(model, ids, begin(), begin, options);
}

async function* oneByOne(
  model: Model,
  prompt: readonly number[],
  first: Continuation,
  begin: () => Continuation,
  { count, sampleFor, signal }: SamplesOptions,
): AsyncGenerator<SampleToken, FinishReason[]> {
  const cache = cacheFor(model, first);
  try {
    const prefill = await interruptibleForward(model, prompt, { cache, positions: "last" }, signal);
    if (!prefill) return new Array<FinishReason>(count).fill("abort");
    const reasons: FinishReason[] = [];
    for (let index = 0; index < count; index++) {
      const text = index === 0 ? first : begin(); // each keeps a row of logits while it lasts
      cache.truncate(prompt.length);
      const known = prefill.data.slice();
      const tokens = drawTokens(model, text, { sample: sampleFor(index), cache, signal, known });
      reasons.push(yield* numbered(tokens, index));
    }
    return reasons;
  } finally {
    cache.dispose();
  }
}

async function* numbered(tokens: AsyncGenerator<GeneratedToken, FinishReason>, index: number) {
  try {
    for (;;) {
      const step = await tokens.next();
      if (step.done) return step.value;
      yield { ...step.value, index };
    }
  } finally {
    await tokens.return("abort"); // a caller that stops reading ends the inner one too
  }
}
