/** Loads a model from the folder where it was found, with a progress line on a terminal. */
import type { Model } from "@tsgpt/gpt";
import { type LoadModelOptions, loadModel } from "@tsgpt/gpt/node";
import type { Engine } from "@tsgpt/tensor";
import type { EngineFlags } from "../options/engine.ts";
import { withLoadProgress } from "../terminal/load-progress.ts";
import { note } from "../terminal/note.ts";
import type { FoundModel } from "./find-model.ts";

/** A model, and whether it is the default one. */
export type LoadedModel = Model & Pick<FoundModel, "isDefault">;

/** @throws what loadModel throws */
export async function loadFound(
  { folder, name, isDefault }: FoundModel,
  engine: Engine,
  dtype: EngineFlags["dtype"],
  signal: AbortSignal,
): Promise<LoadedModel> {
  const load = (onProgress: LoadModelOptions["onProgress"]) =>
    loadModel(folder, { name, engine, dtype, signal, onProgress, onNote: note });
  return { ...(await withLoadProgress(load)), isDefault };
}
