/** The loss on a text that is not trained on. */
import { crossEntropy, type Model, yieldToEventLoop } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, required } from "@tsgpt/numeric";

/** How a text is evaluated. */
export interface EvaluateOptions {
  /** T: inputs of a window. */
  readonly context: number;
  /** Aborts between two windows. */
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<EvaluateOptions> = { context: required("number"), signal: abortSignal };

/**
 * The mean loss per token, in nats, over windows of T + 1 ids (of T, if the model takes no more), each of which begins
 * with the last id of the one before, so that every token but the first is predicted once.
 * @throws RangeError for fewer than two ids or an invalid option; the signal's reason if it aborts
 */
export async function evaluate(model: Model, ids: ArrayLike<number>, options: EvaluateOptions): Promise<number> {
  checkOptions("evaluate", options, CHECKS);
  if (ids.length < 2) throw new RangeError(`evaluate: needs 2 tokens or more, got ${ids.length}`);
  const stride = Math.min(options.context + 1, model.config.nPositions) - 1;
  let sum = 0;
  for (let start = 0; start < ids.length - 1; start += stride) {
    const window = Array.from({ length: Math.min(stride + 1, ids.length - start) }, (_, i) => ids[start + i] as number);
    sum += crossEntropy(model, window).mean * (window.length - 1);
    await yieldToEventLoop();
    options.signal?.throwIfAborted();
  }
  return sum / (ids.length - 1);
}
