/** The loss on a text that is not trained on. */
import { crossEntropy, type Model, yieldToEventLoop } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, describeValue } from "@tsgpt/numeric";

/** How a text is evaluated. */
export interface EvaluateOptions {
  /** Aborts between two windows. */
  readonly signal?: AbortSignal | undefined;
}

const CHECKS: Checks<EvaluateOptions> = { signal: abortSignal };

/**
 * The mean loss per token, in nats, over windows such as `consecutiveWindows` gives, of at most nPositions + 1 ids;
 * the first id of each is not predicted, the last is not fed.
 * @throws RangeError for no windows, or one of fewer than two ids; the signal's reason if it aborts
 */
export async function evaluate(
  model: Model,
  windows: readonly ArrayLike<number>[],
  options: EvaluateOptions = {},
): Promise<number> {
  checkOptions("evaluate", options, CHECKS);
  if (!Array.isArray(windows))
    throw new RangeError(`evaluate: windows must be a list of lists of ids, got ${describeValue(windows)}`);
  if (windows.length === 0) throw new RangeError("evaluate: there are no windows; give one or more");
  let sum = 0;
  let tokens = 0;
  for (const ids of windows) {
    options.signal?.throwIfAborted();
    sum += crossEntropy(model, ids).mean * (ids.length - 1);
    tokens += ids.length - 1;
    await yieldToEventLoop();
  }
  return sum / tokens;
}
