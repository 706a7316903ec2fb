/** @tsgpt/train: trains a GPT-2. */
export type { LearnedParameter, Learner } from "./learner.ts";
