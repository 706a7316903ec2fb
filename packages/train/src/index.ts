/** @tsgpt/train: trains a GPT-2. */
export { checkpointOf, openTrainingCheckpoint, type SavedTraining, type TrainingCheckpoint } from "./checkpoint.ts";
export type { BatchPosition, BatchSource } from "./data/batch-source.ts";
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
export { configOf, type Preset, type PresetName, presetNames, trainingPreset } from "./presets.ts";
export { learningRateAt, SCHEDULES, type Schedule, type ScheduleName } from "./schedule.ts";
