/** @tsgpt/serve/scheduler: many sequences on one engine, without HTTP. */
export { CacheLimitError, ClosedError, QueueFullError } from "./errors.ts";
export type { SchedulerOptions } from "./options.ts";
export { createScheduler } from "./scheduler.ts";
export type { CloseReport, EndReason, Scheduler, SchedulerStatus, Submission } from "./submission.ts";
