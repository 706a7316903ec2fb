/**
 * @tsgpt/batch: long jobs over files of lines, in shards. Resumable; each line is answered exactly once, in order. What
 * an answer is, the job says: see `answerShards`.
 */
export type { Answer, AnswerHandlers } from "./answer-shard.ts";
export { BatchError } from "./batch-error.ts";
export type { Run } from "./manifest.ts";
export { checkBatch, type MergeReport, mergedResults } from "./merge.ts";
export type { QueueOptions } from "./queues/shard-work.ts";
export { type Batch, type BatchOutcome, type BatchProgress, runBatch } from "./run-batch.ts";
export { type Part, planShards, type Shard } from "./shard.ts";
export { type Answerer, answerShards, type WorkerInput } from "./worker.ts";
