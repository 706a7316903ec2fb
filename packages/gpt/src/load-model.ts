/** Loads a model from a URL, a list of files, or a function that reads them: in a page, in a worker, or in Node. */
import { describeValue } from "@tsgpt/numeric";
import { createEngine } from "@tsgpt/tensor";
import { functionFiles, type ReadFile } from "./files/function-files.ts";
import { type InspectedModel, inspectFiles } from "./files/inspect-files.ts";
import { listedFiles, type NamedBlob } from "./files/listed-files.ts";
import { checkLoadOptions, type LoadModelOptions, loadFiles } from "./files/load-files.ts";
import type { ModelFiles } from "./files/model-files.ts";
import { urlFiles } from "./files/url-files.ts";
import { bytesToReserve } from "./memory/memory.ts";
import type { Model } from "./model.ts";

/**
 * Where a model's files are:
 * - the URL of a folder; a relative one is relative to the page or the worker, and a query string is kept;
 * - a list of Files, such as the `files` of `<input type="file" webkitdirectory>`;
 * - a function that gives the contents of the file of a name, or undefined.
 */
export type ModelSource = string | URL | Iterable<NamedBlob> | ReadFile;

/**
 * Loads a model in the Hugging Face layout: config.json, model.safetensors or shards with an index, and, if they are
 * there, generation_config.json and the tokenizer's files. From a URL the weights are read in ranges if the server
 * honors them, from a File in slices, so that they are in memory once.
 *
 * The engine is `createEngine()` by default, which a failed load disposes; afterwards it is `model.engine`, to be
 * disposed by the caller. `onNote` also receives why that engine is slower than it could be. `onProgress` counts bytes
 * of weights. An abort ends the load at once with the signal's reason, an AbortError by default, and frees its memory.
 * @throws RangeError for an unknown option; TypeError for an invalid source; ConfigError, CheckpointError or
 * TokenizerError naming the file that is missing or invalid; EngineError if the model does not fit
 * @see https://huggingface.co/docs/transformers/main_classes/model for the layout
 */
export async function loadModel(source: ModelSource, options: LoadModelOptions = {}): Promise<Model> {
  checkLoadOptions(options);
  const { dtype, onNote } = options;
  return loadFiles(filesOf(source), options, (config) =>
    createEngine({ neededBytes: bytesToReserve(config, dtype), onFallback: onNote }),
  );
}

/**
 * What the model at `source` is, from its config and the headers of its weights; its tensors are not read.
 * @throws TypeError for an invalid source; ConfigError or CheckpointError as loadModel; the signal's reason if it
 * aborts
 */
export async function inspectSource(source: ModelSource, signal?: AbortSignal): Promise<InspectedModel> {
  return inspectFiles(filesOf(source), { signal });
}

function filesOf(source: ModelSource): ModelFiles {
  if (typeof source === "string" || source instanceof URL) return urlFiles(source);
  if (typeof source === "function") return functionFiles(source);
  if (typeof source === "object" && source !== null && Symbol.iterator in source) return listedFiles(source);
  throw new TypeError(`loadModel: expected a URL, a list of Files or a function, got ${describeValue(source)}`);
}
