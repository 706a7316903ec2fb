/** Loads a model from the folder where it was found, with a progress line on a terminal. */
import type { Model } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import type { Engine } from "@tsgpt/tensor";
import type { EngineFlags } from "../options/engine.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";
import { note } from "../terminal/note.ts";
import type { FoundModel } from "./find-model.ts";

/** @throws what loadModel throws */
export function loadFound(
  { folder, name }: FoundModel,
  engine: Engine,
  dtype: EngineFlags["dtype"],
  signal: AbortSignal,
): Promise<Model> {
  return withLoadProgress((onProgress) => loadModel(folder, { name, engine, dtype, signal, onProgress, onNote: note }));
}
