/** Loads a model, and says what it runs on. */
import { loadModel, type Model, weightBytes } from "@tsgpt/gpt";
import type { WeightDtype } from "@tsgpt/tensor";
import type { LoadProgress, ModelInfo } from "../protocol/model.ts";
import { frameGate } from "./frame-gate.ts";
import type { Source } from "./models/sources.ts";

export interface LoadedModel {
  readonly model: Model;
  readonly info: ModelInfo;
}

/** `dtype` is undefined for the first that fits. @throws what `loadModel` throws, and a download */
export async function load(
  source: Source,
  dtype: WeightDtype | undefined,
  report: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const notes: string[] = [];
  const gated = atMostOnceAFrame(report);
  const model = await source.withFiles(gated, ({ files, note }) => {
    if (note !== undefined) notes.push(note);
    return loadModel(files, {
      signal,
      ...(source.name !== undefined && { name: source.name }),
      ...(dtype !== undefined && { dtype }),
      onNote: (line) => notes.push(line),
      onProgress: ({ loaded, total }) => gated({ stage: "load", loaded, total }),
    });
  });
  return { model, info: describe(model, notes) };
}

/** The end of a stage, and a wait, are always reported. */
function atMostOnceAFrame(report: (progress: LoadProgress) => void): (progress: LoadProgress) => void {
  const opens = frameGate();
  return (progress) => {
    if (opens() || progress.loaded === progress.total || progress.retry !== undefined) report(progress);
  };
}

function describe(model: Model, notes: readonly string[]): ModelInfo {
  const { name, config, engine, parameters } = model;
  const { dtype } = parameters.wte;
  return {
    name,
    config,
    dtype,
    weightBytes: weightBytes(model),
    kernels: engine.kernelSet,
    threads: engine.threads,
    notes,
  };
}
