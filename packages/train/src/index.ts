/** @tsgpt/train: trains a GPT-2. */
export { createLearner, type LearnerOptions } from "./create-learner.ts";
export type { LearnedParameter, Learner } from "./learner.ts";
