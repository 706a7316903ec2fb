/** A forward pass that can be given up between layers: the event loop turns there, so that a signal can come at all. */
import type { Tensor } from "@tsgpt/tensor";
import { forwardByLayer, type Model, type PassOptions } from "../model.ts";
import { yieldToEventLoop } from "./event-loop.ts";
import type { Sequence } from "./sequences.ts";

/** What `forwardBatch` gives; undefined if the signal was aborted meanwhile, with the caches as they were. */
export async function interruptibleForward(
  model: Model,
  sequences: readonly Sequence[],
  options: PassOptions,
  signal: AbortSignal | undefined,
): Promise<Tensor | undefined> {
  const isStep = sequences.length === 1 && sequences[0]?.ids.length === 1;
  const pass = forwardByLayer(model, sequences, options);
  for (;;) {
    const step: IteratorResult<number, Tensor> = pass.next();
    if (step.done) return step.value;
    if (!isStep) await yieldToEventLoop(); // one token is over before anyone could notice
    if (signal?.aborted) {
      pass.return(undefined as never);
      return undefined;
    }
  }
}
