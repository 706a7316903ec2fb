/** A forward pass that can be given up between layers: the event loop turns there, so that a signal can come at all. */
import type { Tensor } from "@tsgpt/tensor";
import { eventLoopTurn } from "./event-loop.ts";
import { type ForwardOptions, forwardByLayer, type Model } from "./model.ts";

/** What `forward` gives; undefined if the signal was aborted meanwhile, with the cache as it was. */
export async function interruptibleForward(
  model: Model,
  ids: readonly number[],
  options: ForwardOptions,
  signal: AbortSignal | undefined,
): Promise<Tensor | undefined> {
  const pass = forwardByLayer(model, ids, options);
  for (;;) {
    const step: IteratorResult<number, Tensor> = pass.next();
    if (step.done) return step.value;
    if (ids.length > 1) await eventLoopTurn(); // one token is over before anyone could notice
    if (signal?.aborted) {
      pass.return(undefined as never);
      return undefined;
    }
  }
}
