/** loadModel of the library: a folder, a bundled model, or a model of the hub, ready to run on the fastest engine. */
import type { LoadProgress, Model } from "@tsgpt/gpt";
import { loadModel as loadFolder } from "@tsgpt/gpt/node";
import type { HubEvent } from "@tsgpt/hub";
import { abortSignal, type Checks, checkOptions, describeValue, objectWith, oneOf } from "@tsgpt/numeric";
import {
  createEngine,
  type Engine,
  EngineError,
  type EngineOptions,
  WEIGHT_DTYPES,
  type WeightDtype,
} from "@tsgpt/tensor";
import { BUNDLED } from "../model/bundled-models.ts";
import { fetchHubModel, localFolder } from "./model-source.ts";

/** How far a model is; `loaded` and `total` are bytes of its download, then of its weights. */
export interface ModelProgress extends Pick<LoadProgress, "loaded" | "total"> {
  readonly stage: "download" | "load";
}

/** How a model is loaded, and from where. */
export interface LoadModelOptions {
  /**
   * Storage dtype of the matrices; "auto", the default, is the first of f32, bf16 and int8 that fits.
   */
  readonly dtype?: WeightDtype | "auto" | undefined;
  /** Threads of the engine; by default, the physical cores. */
  readonly threads?: number | undefined;
  /** An engine to load into, which stays the caller's; by default a new one, released by `model.engine.dispose()`. */
  readonly engine?: Engine | undefined;
  /** A branch, tag or commit of a hub model; main by default. */
  readonly revision?: string | undefined;
  /** The cache of hub models; by default, that of Python's huggingface_hub. */
  readonly cacheDir?: string | undefined;
  /** Uses only the cache. By default, as the variable HF_HUB_OFFLINE says. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes of the model are downloaded or loaded; first for all of the download, if there is one. */
  readonly onProgress?: ((progress: ModelProgress) => void) | undefined;
  /** Called with a sentence on what is not an error but worth knowing, such as slower kernels. */
  readonly onNote?: ((note: string) => void) | undefined;
}

const CHECKS: Checks<LoadModelOptions> = {
  dtype: oneOf("auto", ...WEIGHT_DTYPES),
  threads: "number",
  engine: objectWith<Engine>("an engine, from createEngine()", "kernelSet", "loadWeight"),
  revision: "string",
  cacheDir: "string",
  offline: "boolean",
  signal: abortSignal,
  onProgress: "function",
  onNote: "function",
};

/**
 * Loads the model `name`: a folder, a bundled model ("fairytales", the default), or a model of the Hugging Face hub
 * (`org/name`, or "gpt2", "gpt2-medium", ...), which is downloaded unless it is in the cache.
 * @throws ModelNotFoundError for another name; RangeError for an invalid option; HubError if it cannot be downloaded;
 * ConfigError, CheckpointError or TokenizerError for invalid files; EngineError if it does not fit; the signal's
 * reason if it aborts
 */
export async function loadModel(name: string = BUNDLED, options: LoadModelOptions = {}): Promise<Model> {
  if (typeof name !== "string" || name.includes("\0")) {
    throw new RangeError(`loadModel: the model must be a folder or a name, got ${describeValue(name)}`);
  }
  checkOptions("loadModel", options, CHECKS);
  const { dtype, threads, engine, signal, onProgress, onNote } = options;
  if (engine && threads !== undefined) {
    throw new RangeError("loadModel: threads are those of the engine that is given; leave one of them out");
  }
  signal?.throwIfAborted();
  const found = await find(name, options);
  const used = engine ?? (await makeEngine({ threads, onFallback: onNote }));
  const onLoad = ({ loaded, total }: LoadProgress) => onProgress?.({ stage: "load", loaded, total });
  try {
    return await loadFolder(found.folder, { name: found.id, engine: used, dtype, signal, onProgress: onLoad, onNote });
  } catch (error) {
    if (!engine) used.dispose();
    throw error;
  }
}

/** What createEngine says of the threads, as an error of loadModel. */
async function makeEngine(options: EngineOptions): Promise<Engine> {
  return createEngine(options).catch((cause: Error) => {
    const message = cause.message.replace(/^createEngine/, "loadModel");
    if (cause instanceof RangeError) throw new RangeError(message, { cause });
    throw cause instanceof EngineError ? new EngineError(message, { cause }) : cause;
  });
}

/** The folder of a model, and the id of one on the hub. */
async function find(name: string, options: LoadModelOptions): Promise<{ folder: string; id: string | undefined }> {
  const { revision, cacheDir, offline, signal, onProgress } = options;
  const folder = localFolder(name);
  if (folder === undefined) {
    const onEvent = (event: HubEvent) => {
      if ("bytes" in event) onProgress?.({ stage: "download", loaded: event.bytes, total: event.totalBytes });
    };
    return fetchHubModel(name, { revision, cacheDir, offline, signal, onEvent });
  }
  for (const [option, value] of Object.entries({ revision, cacheDir, offline })) {
    if (value === undefined) continue;
    throw new RangeError(`loadModel: ${option} applies to a model of the hub, but ${JSON.stringify(name)} is a folder`);
  }
  return { folder, id: undefined };
}
