/**
 * Concurrent sequences: each step is one pass over all running sequences, and each then draws its own next token. A
 * finished one leaves the pass, and another takes its place. A source supplies the sequences and manages their caches.
 */
import { describeValue } from "@tsgpt/numeric";
import type { KVCache } from "../kv-cache.ts";
import type { Model } from "../model.ts";
import { yieldToEventLoop } from "../pass/event-loop.ts";
import { interruptibleForward } from "../pass/interruptible-forward.ts";
import type { Continuation, FinishReason, GeneratedToken, Sample } from "./continuation.ts";

/** Default number of concurrent sequences: beyond it, time per pass grows as fast as the number of tokens. */
const BATCH_SIZE = 16;

/** Maximum number of concurrent sequences. @throws RangeError for fewer than 1 */
export function checkedBatchSize(batchSize: number = BATCH_SIZE, by: string): number {
  if (Number.isInteger(batchSize) && batchSize >= 1) return batchSize;
  throw new RangeError(`${by}: batchSize must be a whole number, 1 or more, got ${batchSize}`);
}

/** The sampler that the caller's `sampleFor` returns. @throws RangeError if it is none */
export function samplerOf(by: string, sampleFor: (sequence: number) => Sample, sequence: number): Sample {
  const sample = sampleFor(sequence);
  if (typeof sample === "function") return sample;
  throw new RangeError(`${by}: sampleFor must return a function, got ${describeValue(sample)}`);
}

/** A running sequence. */
export interface Lane {
  readonly sequence: number;
  readonly text: Continuation;
  readonly sample: Sample;
  /** Contains a prefix of the text; the rest is fed. */
  readonly cache: KVCache;
  /** The logits after the text, [V], if the cache contains all of it: the first token then needs no pass. */
  readonly known?: Float32Array | undefined;
}

/** Supplies sequences, and takes finished ones back. */
export interface LaneSource {
  /** The next unfinished sequence; undefined if there is none, or none fits next to the running ones. */
  begin(running: readonly Lane[]): Lane | undefined;
  end(lane: Lane, reason: FinishReason): void;
  /** Called for a sequence whose next token could not be drawn; it ends. May throw to end all. */
  fail(lane: Lane, error: unknown): void;
}

/** A token, and the index of the sequence it continues. */
export interface LaneToken {
  readonly sequence: number;
  readonly token: GeneratedToken;
}

/** Yields tokens step by step, in sequence order within a step, until no sequence is running. */
export async function* runConcurrently(
  model: Model,
  source: LaneSource,
  signal: AbortSignal | undefined,
): AsyncGenerator<LaneToken, void> {
  const logitsAfter = stepper(model, signal);
  let running: readonly Lane[] = [];
  try {
    for (;;) {
      running = withNew(source, withoutEnded(source, running));
      if (running.length === 0) return;
      const rows = await logitsAfter(running);
      if (!rows) continue; // aborted: every text has ended
      for (const [i, lane] of running.entries()) {
        const token = draw(source, lane, rows[i] as Float32Array);
        if (token) yield { sequence: lane.sequence, token };
        else running = running.filter((other) => other !== lane);
      }
      running = running.map(({ known: _, ...lane }) => lane);
      await yieldToEventLoop();
    }
  } finally {
    for (const { text } of running) text.release();
  }
}

function withoutEnded(source: LaneSource, running: readonly Lane[]): Lane[] {
  return running.filter((lane) => {
    const reason = lane.text.ended();
    if (reason) {
      lane.text.release();
      source.end(lane, reason);
    }
    return !reason;
  });
}

function withNew(source: LaneSource, running: Lane[]): Lane[] {
  for (let lane = source.begin(running); lane; lane = source.begin(running)) running.push(lane);
  return running;
}

/** Undefined after an error. */
function draw(source: LaneSource, lane: Lane, logits: Float32Array): GeneratedToken | undefined {
  try {
    return lane.text.next(logits, lane.sample);
  } catch (error) {
    lane.text.release();
    source.fail(lane, error);
    return undefined;
  }
}

/** The logits after each text, [V] each, in memory that the next step overwrites; undefined if aborted. */
function stepper(model: Model, signal: AbortSignal | undefined) {
  const { vocabSize } = model.config;
  let memory = new Float32Array(0);
  return async (lanes: readonly Lane[]): Promise<Float32Array[] | undefined> => {
    const fed = lanes.filter(({ known }) => !known);
    const size = fed.length * vocabSize;
    if (memory.length < size) memory = new Float32Array(size);
    if (fed.length > 0) {
      const sequences = fed.map(({ text, cache }) => ({ ids: text.history.slice(cache.length), cache }));
      const into = memory.subarray(0, size);
      if (!(await interruptibleForward(model, sequences, { positions: "last", into }, signal))) return undefined;
    }
    let row = 0;
    const next = () => memory.subarray(row * vocabSize, ++row * vocabSize);
    return lanes.map(({ known }) => known ?? next());
  };
}
