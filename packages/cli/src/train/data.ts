/** What a run is trained and evaluated on: the tokens of texts, or ready batches. */
import type { GPT2Config, Model, Tokenizer } from "@tsgpt/gpt";
import { fileSource } from "@tsgpt/gpt/node";
import {
  type BatchSource,
  consecutiveWindows,
  encodeDocuments,
  openBatchesFile,
  type TokenIds,
  trainTokenizer,
  windowBatches,
} from "@tsgpt/train";
import { CliError, usageError } from "../cli-error.ts";
import { progressLine } from "../terminal/progress-line.ts";
import type { RunFlags, Settings } from "./flags.ts";
import { readDocuments } from "./texts.ts";

/** Batches to train on. */
export interface TrainingData {
  readonly batches: BatchSource;
  /** Batches of a file; undefined for a text, which has no end. */
  readonly count: number | undefined;
  /** Bits per byte of a loss of one nat; undefined for batches without text. */
  readonly bitsPerByte: number | undefined;
  /** Closes the file of batches. */
  close(): Promise<void>;
}

/** A text to evaluate on. */
export interface ValidationData {
  readonly windows: readonly TokenIds[];
  readonly bitsPerByte: number;
}

/** A tokenizer, and its files by name. */
export interface TokenizerWithFiles {
  readonly tokenizer: Tokenizer;
  readonly files: ReadonlyMap<string, string>;
}

/** Trains a tokenizer, with its progress on a terminal. */
export async function newTokenizer(
  documents: readonly string[],
  vocabSize: number,
  signal: AbortSignal,
): Promise<TokenizerWithFiles> {
  const line = progressLine(process.stderr);
  try {
    const { tokenizer, json } = await trainTokenizer(documents, {
      vocabSize,
      signal,
      onProgress: ({ stage, done, total }) =>
        line.show(() => `tokenizer: ${stage}, ${Math.floor((100 * done) / total)} %`),
    });
    return { tokenizer, files: new Map([["tokenizer.json", json]]) };
  } finally {
    line.clear();
  }
}

/** Windows of a text, shuffled. @throws DataError for a text shorter than the context, CliError for a long context */
export async function textData(
  documents: readonly string[],
  model: Model,
  { context, batchSize, seed }: Settings,
  signal: AbortSignal,
): Promise<TrainingData> {
  const { ids, bytes } = await encode(documents, model, signal);
  const batches = windowBatches(ids, { context, batchSize, seed });
  return { batches, count: undefined, bitsPerByte: ids.length / bytes / Math.LN2, close: async () => {} };
}

/** @throws CheckpointError for a file of another layout, or ids that the model lacks; CliError */
export async function fileData(path: string, config: GPT2Config, accumulate: number): Promise<TrainingData> {
  const { vocabSize, nPositions } = config;
  const file = await fileSource(path);
  try {
    const batches = await openBatchesFile(file, { vocabSize, nPositions });
    const { steps } = batches;
    if (steps % accumulate !== 0)
      throw usageError(`--batches has ${steps} batches, which --accumulate ${accumulate} does not divide`);
    return { batches, count: steps / accumulate, bitsPerByte: undefined, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of --validation. */
export async function validationData(
  path: string,
  model: Model,
  { context }: Settings,
  signal: AbortSignal,
): Promise<ValidationData> {
  const { ids, bytes } = await encode(await readDocuments([{ file: path }], signal), model, signal);
  const windows = consecutiveWindows(ids, context);
  return { windows, bitsPerByte: (ids.length - 1) / bytes / Math.LN2 }; // the first token is not predicted
}

async function encode(documents: readonly string[], { config, tokenizer, name }: Model, signal: AbortSignal) {
  if (!tokenizer) throw new CliError(`model ${JSON.stringify(name)} has no tokenizer, and a text needs one`, 1);
  const line = progressLine(process.stderr);
  try {
    return await encodeDocuments(documents, tokenizer, {
      vocabSize: config.vocabSize,
      signal,
      onProgress: (done, total) => line.show(() => `tokenizing: ${Math.floor((100 * done) / total)} %`),
    });
  } finally {
    line.clear();
  }
}

/** @throws CliError for a context above the model's */
export function checkContext({ context }: RunFlags, { nPositions }: Pick<GPT2Config, "nPositions">, of: string): void {
  if (context === undefined || context <= nPositions) return;
  throw usageError(`--context must be at most ${nPositions}, the context of ${of}, got ${context}`);
}

/** How many updates a run makes, or for how long. @throws CliError for more steps than there are batches */
export function durationOf({ steps, epochs, minutes }: RunFlags, data: TrainingData, settings: Settings) {
  const { count, batches } = data;
  if (minutes !== undefined) return { seconds: 60 * minutes };
  if (count !== undefined && steps !== undefined && steps > count)
    throw usageError(`--steps must be at most ${count}, the batches of --batches, got ${steps}`);
  const tokensPerStep = batches.batchSize * batches.context * settings.accumulate;
  if (epochs !== undefined) return { steps: Math.max(1, Math.ceil((epochs * batches.tokensPerEpoch) / tokensPerStep)) };
  return { steps: steps ?? count ?? settings.steps };
}
