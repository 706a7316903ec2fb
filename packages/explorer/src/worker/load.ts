/** Loads a model, and says what it runs on. */
import { loadModel, type Model } from "@tsgpt/gpt";
import type { LoadProgress, ModelInfo } from "../protocol/model.ts";
import { frameGate } from "./frame-gate.ts";

export interface LoadedModel {
  readonly model: Model;
  readonly info: ModelInfo;
}

/** @throws what `loadModel` throws */
export async function load(
  url: string,
  report: (progress: LoadProgress) => void,
  signal: AbortSignal,
): Promise<LoadedModel> {
  const notes: string[] = [];
  const opens = frameGate();
  const model = await loadModel(url, {
    signal,
    onNote: (note) => notes.push(note),
    onProgress: ({ loaded, total }) => {
      if (opens() || loaded === total) report({ loaded, total });
    },
  });
  const { name, config, engine } = model;
  return {
    model,
    info: { name, config, kernels: engine.kernelSet, threads: engine.threads, notes },
  };
}
