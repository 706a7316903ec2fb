/** What a run is trained and evaluated on: the tokens of texts, or ready batches. */
import type { GPT2Config, Model, Tokenizer } from "@tsgpt/gpt";
import { fileSource } from "@tsgpt/gpt/node";
import {
  type BatchSource,
  consecutiveWindows,
  DataError,
  encodeDocuments,
  openBatchesFile,
  type Progress,
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
export async function fileData(path: string, config: GPT2Config): Promise<TrainingData> {
  const { vocabSize, nPositions } = config;
  const file = await fileSource(path);
  try {
    const batches = await openBatchesFile(file, { vocabSize, nPositions });
    return { batches, count: batches.steps, bitsPerByte: undefined, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** The text of --validation. @throws CliError naming it, if it is too short or has no tokens; CheckpointError */
export async function validationData(
  path: string,
  model: Model,
  { context }: Settings,
  signal: AbortSignal,
): Promise<ValidationData> {
  try {
    const { ids, bytes } = await encode(await readDocuments([{ file: path }], signal), model, signal);
    const windows = consecutiveWindows(ids, context);
    return { windows, bitsPerByte: (ids.length - 1) / bytes / Math.LN2 }; // the first token is not predicted
  } catch (error) {
    if (!(error instanceof DataError || error instanceof CliError)) throw error;
    throw new CliError(`--validation ${JSON.stringify(path)}: ${error.message}`, 1);
  }
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

/** What a run has used of its data. */
type Used = Pick<Progress, "step" | "tokens">;

/**
 * How many updates a run makes, or for how long. Those that are done count as they were made, the others are of
 * today's batches. @throws CliError for more steps than there are batches, or for batches that would be left over
 */
export function durationOf({ steps, epochs, minutes }: RunFlags, data: TrainingData, settings: Settings, used: Used) {
  const { step, tokens } = used;
  const { batchSize, context, tokensPerEpoch } = data.batches;
  if (data.count !== undefined) checkDivided(batchesLeft(data, used), settings, step);
  if (minutes !== undefined) return { seconds: 60 * minutes };
  if (data.count !== undefined) {
    const most = step + stepsLeft(data, settings, used);
    if (steps === undefined || steps <= most) return { steps: steps ?? most };
    const why = whyAtMost(batchesLeft(data, used), settings, step);
    throw usageError(`--steps must be at most ${most}, ${why}, got ${steps}`);
  }
  if (epochs === undefined) return { steps: steps ?? settings.steps };
  const left = Math.ceil(epochs * tokensPerEpoch) - tokens;
  return { steps: step + Math.max(0, Math.ceil(left / (batchSize * context * settings.accumulate))) };
}

/** The steps that the batches of a file are enough for; infinitely many for a text. */
export function stepsLeft(data: TrainingData, { accumulate }: Settings, used: Pick<Used, "tokens">): number {
  return Math.floor(batchesLeft(data, used) / accumulate);
}

function batchesLeft({ count, batches }: TrainingData, { tokens }: Pick<Used, "tokens">): number {
  return count === undefined ? Number.POSITIVE_INFINITY : count - tokens / (batches.batchSize * batches.context);
}

function checkDivided(left: number, { accumulate }: Settings, step: number): void {
  if (left % accumulate === 0) return;
  throw usageError(`${batchesText(left, step)}, which --accumulate ${accumulate} does not divide`);
}

function whyAtMost(left: number, { accumulate }: Settings, step: number): string {
  if (accumulate === 1 && step === 0) return "the batches of --batches";
  return `as ${batchesText(left, step)}, and --accumulate takes ${accumulate} for a step`;
}

function batchesText(left: number, step: number): string {
  return `--batches has ${left} batches${step === 0 ? "" : ` left after step ${step}`}`;
}
