/** The model that a run begins with: new, of a preset's shape; one to fine-tune; or that of a run to continue. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FILE_NAMES, loadTokenizer, type Model, randomModel, TOKENIZER_FILES, type Tokenizer } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import type { Engine } from "@tsgpt/tensor";
import { configOf, type Defaults, END_OF_TEXT, fineTuning, trainingPreset } from "@tsgpt/train";
import { readText } from "../input/text-argument.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { checkContext, newTokenizer, type TokenizerWithFiles } from "./data.ts";
import type { Request } from "./flags.ts";
import { configText } from "./run-folder.ts";
import { readDocuments } from "./texts.ts";

/** Where a run begins. */
export interface Start {
  readonly model: Model;
  readonly defaults: Defaults;
  /** What the folder of the run has besides weights, by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Undefined for batches without text. */
  readonly documents: readonly string[] | undefined;
  /** What is worth knowing once the run begins. */
  readonly note?: string | undefined;
}

/** The beginning of a new run. @throws CliError; what loading a model and reading texts throw */
export async function startOf(request: Request, engine: Engine, signal: AbortSignal): Promise<Start> {
  const { flags, texts } = request;
  if (flags.from === undefined) return startOfPreset(request, engine, signal);
  const model = await loadFrom(flags.from, engine, signal);
  checkContext(flags, model.config, "the model");
  const documents = flags.batches === undefined ? await readDocuments(texts, signal) : undefined;
  const files = await filesOfModel(flags.from, signal);
  const config = [FILE_NAMES.config, configText(model.config)] as const;
  return { model, defaults: fineTuning(model.config), files: new Map([...files, config]), documents };
}

async function startOfPreset({ flags, texts }: Request, engine: Engine, signal: AbortSignal): Promise<Start> {
  const { preset: name = "tiny", seed = 1 } = flags;
  const preset = trainingPreset(name);
  checkContext(flags, preset.shape, `preset ${name}`);
  const { vocabSize = preset.vocabSize } = flags;
  const documents = flags.batches === undefined ? await readDocuments(texts, signal) : undefined;
  const given = flags.tokenizer === undefined ? undefined : await readTokenizer(flags.tokenizer);
  const made = given ?? (documents && (await newTokenizer(documents, vocabSize, signal)));
  const tokenizer = made?.tokenizer;
  const config = configOf(preset, tokenizer?.vocabSize ?? vocabSize, endOfText(tokenizer));
  const model = { ...(await randomModel(name, config, engine, seed, { dtype: "f32", signal })), tokenizer };
  const files = new Map([...(made?.files ?? []), [FILE_NAMES.config, configText(config)] as const]);
  const isSmaller = given === undefined && made !== undefined && config.vocabSize < vocabSize;
  const note = isSmaller
    ? `the text gives a vocabulary of ${config.vocabSize} tokens, fewer than ${vocabSize}`
    : undefined;
  return { model, defaults: preset, files, documents, note };
}

/** The model of a run to continue, from its folder. */
export async function startOfRun(
  folder: string,
  request: Request,
  engine: Engine,
  signal: AbortSignal,
): Promise<Start> {
  const { flags, texts } = request;
  const model = await loadModel(folder, { engine, dtype: "f32", signal });
  const defaults = flags.from === undefined ? trainingPreset(flags.preset ?? "tiny") : fineTuning(model.config);
  const documents = flags.batches === undefined ? await readDocuments(texts, signal) : undefined;
  return { model, defaults, files: new Map(), documents };
}

async function loadFrom(from: string, engine: Engine, signal: AbortSignal): Promise<Model> {
  return loadFound(await findModel({ model: from }, signal), engine, "f32", signal);
}

/** The files of a model that generate needs besides config and weights. */
async function filesOfModel(from: string, signal: AbortSignal): Promise<Map<string, string>> {
  const { folder } = await findModel({ model: from }, signal);
  const files = new Map<string, string>();
  for (const name of [...TOKENIZER_FILES, FILE_NAMES.generationConfig]) {
    const text = await readFile(join(folder, name), "utf8").catch(() => undefined);
    if (text !== undefined) files.set(name, text);
  }
  return files;
}

async function readTokenizer(path: string): Promise<TokenizerWithFiles> {
  const json = await readText(path);
  return { tokenizer: loadTokenizer(json, path), files: new Map([[FILE_NAMES.tokenizer, json]]) };
}

/** The id of the end-of-text mark, if the tokenizer has it. */
function endOfText(tokenizer: Tokenizer | undefined): number | undefined {
  const ids = tokenizer?.encode(END_OF_TEXT) ?? [];
  return ids.length === 1 ? ids[0] : undefined;
}
