/**
 * The state of a scheduler and the loop that works on it: end what is over, begin what fits, take a step, and again
 * until no sequence is ready.
 */
import { type Model, yieldToEventLoop } from "@tsgpt/gpt";
import { EngineError } from "@tsgpt/tensor";
import type { CachePool } from "./cache-pool.ts";
import { endOf, type Lane } from "./lane.ts";
import type { Limits } from "./options.ts";
import { advance, type Feed, feed, planStep, prefixOf, type StepMemory } from "./step.ts";
import type { EndReason, SchedulerStatus } from "./submission.ts";
import type { Watcher } from "./watcher.ts";

export interface State extends Limits {
  readonly model: Model;
  readonly watcher: Watcher;
  readonly pool: CachePool;
  readonly memory: StepMemory;
  /** Waiting lanes, the earliest first. */
  queue: Lane[];
  running: Lane[];
  /** All lanes that have not ended, those included whose last token is being taken. */
  readonly open: Set<Lane>;
  /** Those of the pass in progress, whose caches must stay. */
  inPass: ReadonlySet<Lane>;
  isWorking: boolean;
  isClosing: boolean;
  /** Mean milliseconds that a sequence ran, later ones counting more; undefined before one has ended. */
  meanRun: number | undefined;
  readonly counts: Counts;
}

type Counted =
  | "steps"
  | "promptTokens"
  | "reusedTokens"
  | "generatedTokens"
  | "finished"
  | "cancelled"
  | "failed"
  | "refused";
type Counts = { -readonly [K in Counted]: SchedulerStatus[K] };

export const newCounts = (): Counts => ({
  steps: 0,
  promptTokens: 0,
  reusedTokens: 0,
  generatedTokens: 0,
  finished: 0,
  cancelled: 0,
  failed: 0,
  refused: 0,
});

/** Estimated time until all that is waiting has begun, from how long sequences ran lately: 1 or more. */
export function retryAfterSeconds({ queue, maxRunning, meanRun = 0 }: State): number {
  return Math.max(1, Math.ceil(((queue.length / maxRunning) * meanRun) / 1000));
}

/** Ends lanes early, at once, or after the pass that they are in. */
export function leave(state: State, lanes: Iterable<Lane>, reason: EndReason): void {
  for (const lane of lanes) lane.leaving ??= reason;
  wake(state); // once, as it looks at all of them
}

/** Brings everything up to date after a change from outside, and starts the loop unless it runs. */
export function wake(state: State): void {
  endAndBegin(state, !state.isWorking);
  if (state.isWorking || state.running.length === 0) return;
  state.isWorking = true;
  void work(state);
}

async function work(state: State): Promise<void> {
  do {
    await yieldToEventLoop(); // what is submitted together begins in one step
    endAndBegin(state, true);
  } while (await step(state));
}

function endAndBegin(state: State, mayPark: boolean): void {
  for (const lane of state.open) if (!state.inPass.has(lane)) endIfOver(state, lane);
  if (state.queue.some(({ end }) => end)) state.queue = state.queue.filter(({ end }) => !end);
  begin(state, mayPark);
}

/** Frees what an ended lane has; its promise waits for its last token to be taken, unless it is to end early. */
function endIfOver(state: State, lane: Lane): void {
  lane.end ??= endOf(lane);
  if (!lane.end) return;
  if (lane.cache) {
    stop(state, lane);
    const milliseconds = performance.now() - lane.begin;
    state.meanRun = state.meanRun === undefined ? milliseconds : 0.8 * state.meanRun + 0.2 * milliseconds;
  }
  if (!lane.isDelivering || lane.leaving || lane.failure) settle(state, lane, lane.end);
}

const EARLY: readonly string[] = ["abort", "timeout", "closed"] satisfies EndReason[];

function settle({ open, counts }: State, lane: Lane, end: EndReason | "error"): void {
  open.delete(lane);
  lane.stopWatching();
  try {
    lane.text.release();
  } catch (error) {
    lane.failure ??= { error };
  }
  if (lane.failure || end === "error") {
    counts.failed++;
    lane.reject(lane.failure?.error);
  } else {
    counts[EARLY.includes(end) ? "cancelled" : "finished"]++;
    lane.resolve(end);
  }
}

/** A lane runs no longer; what it has read is kept. */
function stop(state: State, lane: Lane): void {
  state.pool.giveBack(prefixOf(lane));
  lane.cache = undefined;
  state.running = state.running.filter((other) => other !== lane);
}

/**
 * Waiting lanes begin in order; none overtakes one that does not fit yet, so that a large one is not starved. Lanes
 * whose clients are slow make room.
 */
function begin(state: State, mayPark: boolean): void {
  for (let lane = state.queue[0]; lane; lane = state.queue[0]) {
    if (enter(state, lane)) state.queue.shift();
    else if (!(mayPark && park(state))) return;
  }
}

/** False if there is no place for the lane, or no memory; if there never will be, it fails. */
function enter(state: State, lane: Lane): boolean {
  const { running, pool, maxRunning } = state;
  if (running.length >= maxRunning) return false;
  try {
    lane.cache = pool.take(lane.capacity, lane.text.history);
    if (!lane.cache) return false;
    lane.begin = performance.now();
    running.push(lane);
  } catch (error) {
    if (running.length > 0) return false; // there will be memory when they end
    lane.failure = { error };
    lane.end = "error";
    settle(state, lane, "error");
  }
  return true;
}

/** Takes the cache of a lane whose client has not taken its last token; false if there is none. */
function park(state: State): boolean {
  const slow = state.running.find((lane) => lane.isDelivering && !state.inPass.has(lane));
  if (slow) stop(state, slow);
  return slow !== undefined;
}

/** One step of all ready lanes; false, and the loop has ended, if none is. */
async function step(state: State): Promise<boolean> {
  const { model, pool, memory, counts } = state;
  try {
    const feeds = planStep(state.running, pool, state.chunk);
    state.isWorking = feeds.length > 0;
    if (!state.isWorking) return false;
    state.inPass = new Set(feeds.map(({ lane }) => lane));
    const logits = await withRoom(pool, () => feed(model, feeds, memory));
    count(counts, feeds);
    for (const [i, one] of feeds.entries()) draw(state, one, logits[i] as Float32Array);
  } catch (error) {
    for (const lane of state.running) lane.failure ??= { error }; // the engine's error, not one sequence's
  }
  state.inPass = new Set();
  return true;
}

/**
 * A pass; if the engine has no memory for it, once more without the kept caches. One that fails leaves its caches as
 * they were.
 */
async function withRoom<Result>(pool: CachePool, pass: () => Promise<Result>): Promise<Result> {
  try {
    return await pass();
  } catch (error) {
    if (!(error instanceof EngineError) || pool.keptBytes === 0) throw error;
    pool.clear();
    return pass();
  }
}

function count(counts: Counts, feeds: readonly Feed[]): void {
  counts.steps++;
  for (const { ids, isPrompt, reused } of feeds) {
    if (isPrompt) counts.promptTokens += ids.length;
    counts.reusedTokens += reused;
  }
}

function draw(state: State, one: Feed, logits: Float32Array): void {
  const { lane } = one;
  if (lane.leaving) return;
  try {
    const drawn = advance(one, logits, state.memory);
    if (!drawn) return;
    state.counts.generatedTokens++;
    if (drawn.taken) deliver(state, lane, drawn.taken);
  } catch (error) {
    lane.failure = { error };
  }
}

/** The lane takes no further step until its client has taken the token. */
function deliver(state: State, lane: Lane, taken: Promise<void>): void {
  lane.isDelivering = true;
  const done = (failure: Lane["failure"]) => {
    lane.isDelivering = false;
    lane.failure ??= failure;
    if (!lane.cache && !lane.end) state.queue.unshift(lane); // it was parked, and begins again before those that wait
    wake(state);
  };
  taken.then(
    () => done(undefined),
    (error) => done({ error }),
  );
}
