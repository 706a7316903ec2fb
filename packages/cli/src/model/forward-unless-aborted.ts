/** A forward pass that Ctrl-C can interrupt. */
import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { type ForwardOptions, forwardByLayer, type Model } from "@tsgpt/gpt";
import type { Tensor } from "@tsgpt/tensor";

/** The logits of a pass; between layers it checks for Ctrl-C. @throws the signal's AbortError */
export async function forwardUnlessAborted(
  model: Model,
  ids: readonly number[],
  options: ForwardOptions,
  signal: AbortSignal,
): Promise<Tensor> {
  const { cache, ...others } = options;
  const pass = forwardByLayer(model, [{ ids, cache }], others);
  for (;;) {
    const step: IteratorResult<number, Tensor> = pass.next();
    if (step.done) return step.value;
    await yieldToEventLoop();
    signal.throwIfAborted();
  }
}
