/** @tsgpt/train: trains a GPT-2. */

export type { BatchPosition, BatchSource } from "./data/batch-source.ts";
export { type BatchesFile, type BatchesFileOptions, openBatchesFile } from "./data/batches-file.ts";
export { DataError } from "./data/data-error.ts";
export { END_OF_TEXT, splitDocuments } from "./data/documents.ts";
export { readText } from "./data/read-text.ts";
export { type EncodeOptions, encodeDocuments, type TokenIds, type TokenStream } from "./data/token-stream.ts";
export { consecutiveWindows, type WindowOptions, windowBatches } from "./data/window-batches.ts";
export type { LearnedParameter, Learner } from "./learner.ts";
export {
  type TokenizerOptions,
  type TokenizerProgress,
  type TrainedTokenizer,
  trainTokenizer,
} from "./tokenizer/train-tokenizer.ts";
