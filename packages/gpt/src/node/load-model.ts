/**
 * Loads a model from a folder in the Hugging Face layout: config.json, the weights, and the tokenizer's files if there
 * are any.
 */
import { basename, join, resolve } from "node:path";
import { type Checks, checkOptions, objectWith } from "@tsgpt/numeric";
import { createReferenceEngine, type Engine } from "@tsgpt/tensor";
import { type LoadOptions, loadChecks, loadParameters } from "../checkpoint/parameters.ts";
import type { GPT2Config } from "../config/config.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { type NamedText, parseConfigs } from "../config/generation-config.ts";
import { ConfigError } from "../errors.ts";
import type { Model } from "../model.ts";
import { type Tokenizer, TokenizerError } from "../tokenizer/tokenizer.ts";
import { loadTokenizerFiles, TOKENIZER_FILES } from "../tokenizer/tokenizer-files.ts";
import { describeFolder, listFolder, openCheckpoint } from "./open-checkpoint.ts";
import { readText } from "./read-text.ts";

/** How the weights are loaded, and into which engine. */
export interface LoadModelOptions extends LoadOptions {
  /** The model's name; by default, the folder's. */
  readonly name?: string | undefined;
  /** The engine to load the weights into; by default, a new reference engine. */
  readonly engine?: Engine | undefined;
}

const CHECKS: Checks<LoadModelOptions> = {
  ...loadChecks,
  name: "string",
  engine: objectWith("an Engine, as createEngine returns it", "loadWeight", "takeArena"),
};

const LARGEST_CONFIG = 10_000_000; // bytes
const LARGEST_TOKENIZER = 100_000_000; // bytes; GPT-2's is 1.5 MB

/**
 * Loads the model in `folder`, and closes its files.
 * @throws RangeError for an invalid option; ConfigError, CheckpointError or TokenizerError; the signal's reason if it
 * aborts
 */
export async function loadModel(folder: string, options: LoadModelOptions = {}): Promise<Model> {
  checkOptions("loadModel", options, CHECKS);
  const { name = basename(resolve(folder)), engine = createReferenceEngine(), ...loading } = options;
  loading.signal?.throwIfAborted();
  const { config, generation } = await loadConfigs(folder);
  const tokenizer = await loadFolderTokenizer(folder);
  const checkpoint = await openCheckpoint(folder);
  try {
    const parameters = await loadParameters(checkpoint, config, engine, loading);
    return { name, config, parameters, engine, tokenizer, generation };
  } finally {
    await checkpoint.close();
  }
}

/**
 * The config.json of a model's folder, with the begin and end tokens of its generation_config.json if there is one.
 * @throws CheckpointError if there is no such folder; ConfigError if it has no valid config
 */
export async function loadConfig(folder: string): Promise<GPT2Config> {
  return (await loadConfigs(folder)).config;
}

async function loadConfigs(folder: string): Promise<ReturnType<typeof parseConfigs>> {
  const names = await listFolder(folder);
  const config = await readConfig(folder, FILE_NAMES.config);
  if (!config) throw new ConfigError(FILE_NAMES.config, `is not in ${folder}, which holds ${describeFolder(names)}`);
  return parseConfigs(config, await readConfig(folder, FILE_NAMES.generationConfig));
}

async function readConfig(folder: string, name: string): Promise<NamedText | undefined> {
  const text = await readText(join(folder, name), LARGEST_CONFIG).catch((cause: Error) => {
    throw new ConfigError(name, cause.message, cause);
  });
  return text === undefined ? undefined : { name, text };
}

/**
 * The tokenizer of a model's folder: tokenizer.json, or vocab.json and merges.txt, with the companion files of either;
 * undefined if there is none.
 * @throws TokenizerError if it is invalid or incomplete
 */
export async function loadFolderTokenizer(folder: string): Promise<Tokenizer | undefined> {
  const files: Partial<Record<string, string>> = {};
  for (const name of TOKENIZER_FILES) {
    const text = await readTokenizerFile(folder, name);
    if (text !== undefined) files[name] = text;
  }
  return loadTokenizerFiles(files);
}

async function readTokenizerFile(folder: string, name: string): Promise<string | undefined> {
  return readText(join(folder, name), LARGEST_TOKENIZER).catch((cause: Error) => {
    throw new TokenizerError(`${name}: ${cause.message}`, { cause });
  });
}
