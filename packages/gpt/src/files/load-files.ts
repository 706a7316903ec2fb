/**
 * Loads a model from its files in the Hugging Face layout: config.json, the weights, and the tokenizer's files if there
 * are any.
 */
import { type Checks, checkOptions, objectWith } from "@tsgpt/numeric";
import type { Engine } from "@tsgpt/tensor";
import { type LoadOptions, loadChecks, loadParameters } from "../checkpoint/parameters.ts";
import type { GPT2Config } from "../config/config.ts";
import { FILE_NAMES } from "../config/file-names.ts";
import { type NamedText, parseConfigs } from "../config/generation-config.ts";
import { ConfigError } from "../errors.ts";
import type { Model } from "../model.ts";
import { type Tokenizer, TokenizerError } from "../tokenizer/tokenizer.ts";
import { COMPANION_FILES, loadTokenizerFiles, VOCABULARY_FILES } from "../tokenizer/tokenizer-files.ts";
import type { ModelFiles, OpenOptions } from "./model-files.ts";
import { openCheckpoint } from "./open-checkpoint.ts";
import { readText } from "./read-text.ts";

/** How the weights are loaded, and into which engine. */
export interface LoadModelOptions extends LoadOptions {
  /** The model's name; by default, that of its folder. */
  readonly name?: string | undefined;
  /** The engine to load the weights into. */
  readonly engine?: Engine | undefined;
}

const CHECKS: Checks<LoadModelOptions> = {
  ...loadChecks,
  name: "string",
  engine: objectWith("an Engine, as createEngine returns it", "loadWeight", "takeArena"),
};

const LARGEST_CONFIG = 10_000_000; // bytes
const LARGEST_TOKENIZER = 100_000_000; // bytes; GPT-2's is 1.5 MB

/** @throws RangeError naming the option that is unknown or has the wrong type */
export function checkLoadOptions(options: LoadModelOptions): void {
  checkOptions("loadModel", options, CHECKS);
}

/**
 * Loads the model, and closes its files. Without an engine it makes one, which a failed load disposes.
 * @throws ConfigError, CheckpointError or TokenizerError; EngineError if the model does not fit; the signal's reason if
 * it aborts
 */
export async function loadFiles(
  files: ModelFiles,
  { name = files.name, engine, ...options }: LoadModelOptions,
  makeEngine: (config: GPT2Config) => Promise<Engine>,
): Promise<Model> {
  options.signal?.throwIfAborted();
  const [{ config, generation }, tokenizer] = await inOrder(loadConfigs(files, options), loadTokenizer(files, options));
  const checkpoint = await openCheckpoint(files, options);
  try {
    const used = engine ?? (await makeEngine(config));
    const parameters = await loadParameters(checkpoint, config, used, options).catch((error: unknown) => {
      if (!engine) used.dispose();
      throw error;
    });
    return { name, config, parameters, engine: used, tokenizer, generation };
  } finally {
    await checkpoint.close();
  }
}

/** Both at once; if both fail, the error is that of the first. Neither still runs afterwards. */
async function inOrder<A, B>(first: Promise<A>, second: Promise<B>): Promise<[A, B]> {
  await Promise.allSettled([first, second]);
  return [await first, await second];
}

/**
 * A model's config, with the begin and end tokens of its generation config if there is one, and the latter.
 * @throws ConfigError if it has no valid config
 */
export async function loadConfigs(
  files: ModelFiles,
  options: OpenOptions = {},
): Promise<ReturnType<typeof parseConfigs>> {
  const [config, generation] = await inOrder(
    readConfig(files, FILE_NAMES.config, { ...options, onNote: undefined }), // without it, loading does not go on
    readConfig(files, FILE_NAMES.generationConfig, options),
  );
  if (config) return parseConfigs(config, generation);
  const end = await files.missing(FILE_NAMES.config, "which holds");
  throw new ConfigError(FILE_NAMES.config, `is not in ${files.place}${end}`);
}

async function readConfig(files: ModelFiles, name: string, options: OpenOptions): Promise<NamedText | undefined> {
  const failure = (problem: string, cause: Error) => new ConfigError(name, problem, cause);
  const text = await readText(files, name, { ...options, largest: LARGEST_CONFIG, failure });
  return text === undefined ? undefined : { name, text };
}

/**
 * The tokenizer: tokenizer.json, or vocab.json and merges.txt, with the companion files of either; undefined if there
 * is none.
 * @throws TokenizerError if it is invalid or incomplete
 */
export async function loadTokenizer(files: ModelFiles, options: OpenOptions = {}): Promise<Tokenizer | undefined> {
  const texts = await readTokenizerFiles(files, [FILE_NAMES.tokenizer, ...COMPANION_FILES], options);
  if (texts[FILE_NAMES.tokenizer] !== undefined) return loadTokenizerFiles(texts);
  return loadTokenizerFiles({ ...texts, ...(await readTokenizerFiles(files, VOCABULARY_FILES, options)) });
}

async function readTokenizerFiles(files: ModelFiles, names: readonly string[], options: OpenOptions) {
  const read = async (name: string): Promise<[name: string, text: string | undefined]> => {
    const failure = (problem: string, cause: Error) => new TokenizerError(`${name}: ${problem}`, { cause });
    return [name, await readText(files, name, { ...options, largest: LARGEST_TOKENIZER, failure })];
  };
  const reads = names.map(read);
  await Promise.allSettled(reads); // none still runs afterwards
  const texts: Partial<Record<string, string>> = {};
  for (const [name, text] of await Promise.all(reads)) if (text !== undefined) texts[name] = text;
  return texts;
}
