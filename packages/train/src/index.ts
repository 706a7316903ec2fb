/** @tsgpt/train: trains a GPT-2. */

export { checkSequences } from "./check-accumulate.ts";
export { checkpointOf, openTrainingCheckpoint, type SavedTraining, type TrainingCheckpoint } from "./checkpoint.ts";
export { createLearner, type LearnerOptions } from "./create-learner.ts";
export type { BatchPosition, BatchSource } from "./data/batch-source.ts";
export { type BatchesFile, type BatchesFileOptions, openBatchesFile } from "./data/batches-file.ts";
export { DataError } from "./data/data-error.ts";
export { END_OF_TEXT, splitDocuments } from "./data/documents.ts";
export { readText } from "./data/read-text.ts";
export { type EncodeOptions, encodeDocuments, type TokenIds, type TokenStream } from "./data/token-stream.ts";
export { consecutiveWindows, type WindowOptions, windowBatches } from "./data/window-batches.ts";
export { type EvaluateOptions, evaluate } from "./evaluate.ts";
export type { LearnedParameter, Learner } from "./learner.ts";
export {
  type Duration,
  newProgress,
  type Progress,
  type StepReport,
  stepsOf,
  type Training,
  type TrainOptions,
  train,
} from "./loop.ts";
export { NotFiniteError } from "./not-finite.ts";
export { type AdamWOptions, createAdamW } from "./optimizers/adamw.ts";
export { createMuon } from "./optimizers/muon.ts";
export { isDecayed, type Optimizer } from "./optimizers/optimizer.ts";
export {
  configOf,
  type Defaults,
  fineTuning,
  type Preset,
  type PresetName,
  presetNames,
  trainingPreset,
  warmupFor,
} from "./presets.ts";
export { learningRateAt, SCHEDULES, type Schedule, type ScheduleName, type Warmup } from "./schedule.ts";
export {
  type TokenizerOptions,
  type TokenizerProgress,
  type TrainedTokenizer,
  trainTokenizer,
} from "./tokenizer/train-tokenizer.ts";
