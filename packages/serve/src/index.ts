/** @tsgpt/serve: a model for many people at once. */
export { isLoopback, isOrigin } from "./http/access.ts";
export type { ResponseReport } from "./http/listen.ts";
export { type ServeOptions, type Server, serve } from "./http/serve.ts";
export { ClosedError, QueueFullError } from "./scheduler/errors.ts";
export type { SchedulerOptions } from "./scheduler/options.ts";
export { createScheduler } from "./scheduler/scheduler.ts";
export type { CloseReport, EndReason, Scheduler, SchedulerStatus, Submission } from "./scheduler/submission.ts";
