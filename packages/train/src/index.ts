/** @tsgpt/train: trains a GPT-2. */

export type { BatchPosition, BatchSource } from "./data/batch-source.ts";
export type { LearnedParameter, Learner } from "./learner.ts";
