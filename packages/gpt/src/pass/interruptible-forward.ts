/** A forward pass that can be aborted between layers, where it yields to the event loop so that a signal can arrive. */
import { checkOptions } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { forwardByLayer, type Model, type PassOptions, passChecks } from "../model.ts";
import { yieldToEventLoop } from "./event-loop.ts";
import type { Sequence } from "./sequences.ts";

/** The result of `forwardBatch`; undefined if the signal was aborted, with the caches unchanged. @throws as it does */
export async function interruptibleForward(
  model: Model,
  sequences: readonly Sequence[],
  options: PassOptions,
  signal: AbortSignal | undefined,
): Promise<Tensor | undefined> {
  checkOptions("interruptibleForward", options, passChecks);
  const isStep = sequences.length === 1 && sequences[0]?.ids.length === 1;
  const pass = forwardByLayer(model, sequences, options);
  for (;;) {
    const step: IteratorResult<number, Tensor> = pass.next();
    if (step.done) return step.value;
    if (!isStep) await yieldToEventLoop(); // a single token is too short to abort
    if (signal?.aborted) {
      pass.return(undefined as never);
      return undefined;
    }
  }
}
