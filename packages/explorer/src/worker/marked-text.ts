/** A text with a watermark: what follows the prompt when the page's sampling also favors the green tokens of a key. */
import { generate } from "@tsgpt/gpt";
import { createSampler, type WatermarkKey } from "@tsgpt/sampling";
import type { Sampling } from "../protocol/text.ts";
import { chainOf } from "./chain.ts";
import type { Session } from "./session.ts";

type MarkedTextOf = Pick<Session, "model" | "history" | "promptLength" | "opening">;

export interface MarkedTextOptions {
  readonly seed: number;
  readonly tokens: number;
  readonly watermark: WatermarkKey;
}

/**
 * The text after the prompt, that of `tsgpt generate --watermark-key`. Reports the number of its tokens. Cache and
 * random numbers are its own.
 * @throws RangeError or SamplingError for an invalid seed or key, or a full context; the signal's reason if it aborts
 */
export async function markedText(
  { model, history, promptLength, opening }: MarkedTextOf,
  { seed, tokens: maxTokens, watermark }: MarkedTextOptions,
  signal: AbortSignal,
  report: (tokens: number) => void,
): Promise<string> {
  if (promptLength >= model.config.nPositions) {
    throw new RangeError("The prompt fills the context, so no token can follow; shorten it");
  }
  const sample = createSampler(chainOf(model, withWatermark(opening.sampling, watermark)), { seed });
  let text = "";
  let count = 0;
  for await (const token of generate(model, history.slice(0, promptLength), { sample, maxTokens, signal })) {
    text += token.text;
    report(++count);
  }
  signal.throwIfAborted();
  return text;
}

/** The sampling with the watermark of a key in place of its own, if it has one. */
function withWatermark(sampling: Sampling, { key, gamma, hash, width }: WatermarkKey): Sampling {
  const { watermarkKey: _, watermarkGamma: __, watermarkHash: ___, watermarkWidth: ____, ...rest } = sampling;
  const given = { watermarkGamma: gamma, watermarkHash: hash, watermarkWidth: width };
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...rest, watermarkKey: key, ...named };
}
