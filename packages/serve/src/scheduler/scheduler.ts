/**
 * Continuous batching over one engine: sequences join and leave between steps, each with its own cache, and wait in a
 * bounded queue while there is no memory for theirs. By the one order of sums a sequence gets the same bits alone, in
 * any batch, in any chunks and after a reused prefix. Knows no HTTP.
 * Yu et al. 2022, "Orca: A Distributed Serving System for Transformer-Based Generative Models"; prompts in chunks, next
 * to running sequences: Agrawal et al. 2023, "SARATHI". Left out: priorities.
 */
import { cacheBytes, checkModel, type Model } from "@tsgpt/gpt";
import { cachePool, defaultCacheLimit } from "./cache-pool.ts";
import { ClosedError, QueueFullError } from "./errors.ts";
import { type Lane, laneOf } from "./lane.ts";
import { checkedLimits, checkMilliseconds, type SchedulerOptions } from "./options.ts";
import { leave, newCounts, retryAfterSeconds, type State, waitingRequests, wake } from "./state.ts";
import { stepMemory } from "./step.ts";
import type { CloseReport, EndReason, Scheduler, SchedulerStatus, Submission } from "./submission.ts";
import { watcher } from "./watcher.ts";

/**
 * A scheduler for a model; it works while it has sequences, and nothing else needs to be called.
 * @throws RangeError for an invalid option
 */
export function createScheduler(model: Model, options: SchedulerOptions = {}): Scheduler {
  const limits = checkedLimits(options);
  checkModel("createScheduler", model);
  const { cacheLimit = defaultCacheLimit(model, limits.maxRunning), reusePrefixes = true } = options;
  const state: State = {
    ...limits,
    model,
    watcher: watcher(limits.timeLimit, (lane, reason) => leave(state, lane, reason)),
    pool: cachePool(model, cacheLimit, reusePrefixes),
    memory: stepMemory(model),
    queue: [],
    running: [],
    open: new Set(),
    inPass: new Set(),
    isWorking: false,
    isClosing: false,
    meanRun: undefined,
    counts: newCounts(),
  };
  return {
    submit: (request) => submit(state, request),
    status: () => statusOf(state),
    close: (graceMilliseconds) => close(state, graceMilliseconds),
  };
}

function submit(state: State, request: readonly Submission[]): Promise<EndReason>[] {
  const { queue, open, counts } = state;
  if (state.isClosing) throw new ClosedError();
  const lanes = request.map((submission) => checkedLane(state, submission, request));
  const waiting = waitingRequests(state);
  if (waiting >= state.maxWaiting) {
    counts.refused++;
    throw new QueueFullError(waiting, retryAfterSeconds(state));
  }
  for (const lane of lanes) {
    queue.push(lane);
    open.add(lane);
  }
  for (const lane of lanes) state.watcher.watch(lane);
  wake(state);
  return lanes.map(({ ended }) => ended);
}

function checkedLane({ model, pool }: State, submission: Submission, request: readonly Submission[]): Lane {
  const lane = laneOf(model, submission, request);
  const bytes = cacheBytes(model.config, lane.capacity);
  if (bytes <= pool.limit) return lane;
  const [needed, limit] = [bytes, pool.limit].map((size) => `${size.toLocaleString("en-US")} bytes`);
  const tokens = `a prompt of ${lane.text.promptLength} and a text of ${lane.text.remainingTokens()} tokens`;
  const fix = "shorten the prompt or lower maxTokens";
  throw new RangeError(`submit: ${tokens} need a cache of ${needed}, the limit is ${limit}; ${fix}`);
}

function statusOf(state: State): SchedulerStatus {
  const { running, queue, pool, counts, isClosing } = state;
  return {
    running: running.length,
    waiting: waitingRequests(state),
    waitingSequences: queue.length,
    cacheBytes: pool.runningBytes,
    keptBytes: pool.keptBytes,
    cacheLimit: pool.limit,
    ...counts,
    isClosing,
  };
}

async function close(state: State, graceMilliseconds: number): Promise<CloseReport> {
  checkMilliseconds("close: the grace period", graceMilliseconds, 0);
  state.isClosing = true;
  const lanes = [...state.open];
  const endAll = () => {
    for (const lane of lanes) leave(state, lane, "closed");
  };
  const timer = setTimeout(endAll, graceMilliseconds);
  const results = await Promise.allSettled(lanes.map(({ ended }) => ended));
  clearTimeout(timer);
  state.pool.clear();
  const reasons = results.map((result) => (result.status === "fulfilled" ? result.value : "error"));
  const early: readonly string[] = ["abort", "timeout", "closed", "error"];
  return {
    finished: reasons.filter((reason) => !early.includes(reason)).length,
    cancelled: reasons.filter((reason) => reason === "closed").length,
  };
}
