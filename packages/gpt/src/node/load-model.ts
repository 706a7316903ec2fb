/** Loads a model from a folder. */
import { createReferenceEngine } from "@tsgpt/tensor";
import type { GPT2Config } from "../config/config.ts";
import { checkLoadOptions, type LoadModelOptions, loadConfigs, loadFiles, loadTokenizer } from "../files/load-files.ts";
import { type OpenCheckpoint, openCheckpoint } from "../files/open-checkpoint.ts";
import type { Model } from "../model.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { folderFiles } from "./folder-files.ts";

/**
 * Loads the model in `folder`, a path or a file: URL, and closes its files. The engine is a new reference engine by
 * default.
 * @throws RangeError for an unknown option, or another folder; ConfigError, CheckpointError or TokenizerError;
 * EngineError if the model does not fit; the signal's reason if it aborts
 */
export async function loadModel(folder: string | URL, options: LoadModelOptions = {}): Promise<Model> {
  checkLoadOptions(options);
  return loadFiles(folderFiles(folder, "loadModel"), options, async () => createReferenceEngine());
}

/**
 * The config.json of a model's folder, with the begin and end tokens of its generation_config.json if there is one.
 * @throws CheckpointError if there is no such folder; ConfigError if it has no valid config
 */
export async function loadConfig(folder: string, by: string): Promise<GPT2Config> {
  return (await loadConfigs(folderFiles(folder, by))).config;
}

/**
 * The tokenizer of a model's folder: tokenizer.json, or vocab.json and merges.txt, with the companion files of either;
 * undefined if there is none.
 * @throws TokenizerError if it is invalid or incomplete
 */
export async function loadFolderTokenizer(folder: string): Promise<Tokenizer | undefined> {
  return loadTokenizer(folderFiles(folder, "loadFolderTokenizer"));
}

/**
 * Opens the weights in `folder`: headers are read and checked, tensors are not.
 * @throws CheckpointError if there is no such folder, it has no weights, or they are invalid
 */
export async function openFolder(folder: string, by: string): Promise<OpenCheckpoint> {
  return openCheckpoint(folderFiles(folder, by));
}
