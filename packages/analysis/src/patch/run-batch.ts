/**
 * Many hooked runs as the sequences of few passes: a sequence has the logits that it has alone, bit for bit, and each
 * weight is read once a pass. A pass has at most as many tokens as the context, which bounds its memory.
 */
import { interruptibleForward, type Model } from "@tsgpt/gpt";
import { abortSignal, type Checks, checkOptions, oneOf } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { groupBySize } from "../group-by-size.ts";
import { checkRuns, type HookedRun, traceOfHooks } from "./named-hook.ts";

/** Which logits are returned, and how the runs can be followed and stopped. */
export interface RunBatchOptions {
  /** Logits of every position (default), or only of the last of each run, which is all the head then computes. */
  readonly positions?: "all" | "last" | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of runs done so far, and in total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

export const batchChecks: Checks<RunBatchOptions> = {
  positions: oneOf("all", "last"),
  signal: abortSignal,
  onProgress: "function",
};

/**
 * The logits of each run, in order. B runs of T ids -> B times [T, V], or [1, V] with positions "last"
 * @throws RangeError for an invalid option, run or hook; what `forwardBatch` and the hooks' checks throw; the signal's
 * AbortError between two layers
 */
export function runBatch(
  model: Model,
  runs: readonly HookedRun[],
  options: RunBatchOptions = {},
): AsyncGenerator<Tensor> {
  checkOptions("runBatch", options, batchChecks);
  checkRuns(runs, "runBatch");
  return batch(model, runs, options);
}

async function* batch(
  model: Model,
  runs: readonly HookedRun[],
  { positions = "all", signal, onProgress }: RunBatchOptions,
): AsyncGenerator<Tensor> {
  let done = 0;
  for (const group of groupBySize(runs, ({ ids }) => ids.length, model.config.nPositions)) {
    const trace = traceOfHooks(model, group, "runBatch");
    const logits = await interruptibleForward(model, group, { positions, trace }, signal); // [sum of T, V]
    if (!logits) return signal?.throwIfAborted();
    let row = 0;
    for (const { ids } of group) {
      const rows = positions === "last" ? 1 : ids.length;
      yield logits.slice(row, row + rows);
      row += rows;
    }
    done += group.length;
    onProgress?.(done, runs.length);
  }
}
