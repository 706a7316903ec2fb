/**
 * Continuous batching over one engine: sequences join and leave between steps, each with its own cache, and wait in a
 * bounded queue while there is no memory for theirs. By the one order of sums a sequence gets the same bits alone, in
 * any batch, in any chunks and after a reused prefix. Knows no HTTP.
 * Yu et al. 2022, "Orca: A Distributed Serving System for Transformer-Based Generative Models"; prompts in chunks, next
 * to running sequences: Agrawal et al. 2023, "SARATHI". Left out: priorities.
 */
import { cacheBytes, checkModel, type Model } from "@tsgpt/gpt";
import { cacheLimitOf, cachePool } from "./cache-pool.ts";
import { CacheLimitError, ClosedError, QueueFullError } from "./errors.ts";
import { type Lane, laneOf } from "./lane.ts";
import { checkedLimits, checkMilliseconds, type SchedulerOptions } from "./options.ts";
import { leave, newCounts, retryAfterSeconds, type State, wake } from "./state.ts";
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
  const { reusePrefixes = true } = options;
  const state: State = {
    ...limits,
    model,
    watcher: watcher(limits.timeLimit, (lanes, reason) => leave(state, lanes, reason)),
    pool: cachePool(model, cacheLimitOf(model, limits, options.cacheLimit), reusePrefixes),
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
    checkOpen: () => checkOpen(state),
    submit: (request) => submit(state, request),
    status: () => statusOf(state),
    close: (graceMilliseconds) => close(state, graceMilliseconds),
  };
}

function checkOpen(state: State): void {
  if (state.isClosing) throw new ClosedError();
  const waiting = countRequests(lanesWithoutPlace(state));
  if (waiting < state.maxWaiting) return;
  state.counts.refused++;
  throw new QueueFullError(waiting, retryAfterSeconds(state));
}

/** Those in the queue, and those that wait for their clients: these would otherwise be taken without limit. */
const lanesWithoutPlace = ({ open }: State): Lane[] => [...open].filter(({ cache }) => !cache);

const countRequests = (lanes: readonly Lane[]): number => new Set(lanes.map(({ request }) => request)).size;

function submit(state: State, request: readonly Submission[]): Promise<EndReason>[] {
  const { queue, open } = state;
  checkOpen(state);
  const lanes = request.map((submission) => checkedLane(state, submission, request));
  for (const lane of lanes) {
    queue.push(lane);
    open.add(lane);
  }
  for (const lane of lanes) state.watcher.watch(lane);
  wake(state);
  return lanes.map(({ ended }) => ended);
}

function checkedLane({ model, pool, memory }: State, submission: Submission, request: readonly Submission[]): Lane {
  const lane = laneOf(model, submission, request, memory.raw);
  const bytes = cacheBytes(model.config, lane.capacity);
  if (bytes <= pool.limit) return lane;
  const [needed, limit] = [bytes, pool.limit].map((size) => `${size.toLocaleString("en-US")} bytes`);
  const tokens = `a prompt of ${lane.text.promptLength} and a text of ${lane.text.remainingTokens()} tokens`;
  const fix = "shorten the prompt or lower maxTokens";
  throw new CacheLimitError(`submit: ${tokens} need a cache of ${needed}, the limit is ${limit}; ${fix}`);
}

function statusOf(state: State): SchedulerStatus {
  const { running, queue, pool, counts, isClosing } = state;
  return {
    running: running.length,
    waiting: countRequests(queue),
    waitingSequences: queue.length,
    parked: countRequests(lanesWithoutPlace(state).filter((lane) => !queue.includes(lane))),
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
  const timer = setTimeout(() => leave(state, lanes, "closed"), graceMilliseconds);
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
