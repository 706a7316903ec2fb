/** What the scheduler takes and gives: one sequence, how it ends, and what the scheduler says of itself. No HTTP. */
import type { FinishReason, GeneratedToken, Sample } from "@tsgpt/gpt";

/** A prompt to continue. */
export interface Submission {
  /** The prompt, one or more ids. */
  readonly ids: readonly number[];
  /** Maximum number of tokens; 0 with `onPromptLogits` only scores the prompt. */
  readonly maxTokens: number;
  /** Strings that end the text and are not emitted. */
  readonly stop?: readonly string[] | undefined;
  /** Continue past the end-of-text token. */
  readonly ignoreEos?: boolean | undefined;
  /** Chooses the next id; each sequence needs its own, with its own generator. It may modify the logits. */
  readonly sample: Sample;
  /**
   * The model's logits after ids[position], [V], in order, valid during the call only. If given, every position of the
   * prompt is computed, also with maxTokens 0, and none is taken from another sequence.
   */
  readonly onPromptLogits?: ((position: number, logits: Float32Array) => void) | undefined;
  /**
   * A token, and the model's logits from which it was drawn, [V], before any sampling step; they are valid until the
   * call returns. If it returns a promise, the sequence takes no further step until that resolves; the others go on.
   * What it throws or rejects with ends the sequence.
   */
  readonly onToken: (token: GeneratedToken, logits: Float32Array) => void | Promise<void>;
  /** Text still held back (a possible stop string, an incomplete character) when the sequence ends early. */
  readonly onHeldText?: ((text: string) => void) | undefined;
  /** The client has left: the sequence ends, with "abort", within one step. */
  readonly signal?: AbortSignal | undefined;
}

/** Why a sequence ended: what `generate` returns, the time limit, or the end of the grace period of `close`. */
export type EndReason = FinishReason | "timeout" | "closed";

/** The state of a scheduler: numbers of sequences, bytes, and counts since its start. */
export interface SchedulerStatus {
  /** Sequences in the engine. */
  readonly running: number;
  /** Requests in the queue. */
  readonly waiting: number;
  /** Sequences of these requests. */
  readonly waitingSequences: number;
  /** Requests whose clients have not taken the last token of a sequence, and gave its place away. */
  readonly parked: number;
  /** Bytes of the caches of running sequences. */
  readonly cacheBytes: number;
  /** Bytes of the caches kept for their prefixes. */
  readonly keptBytes: number;
  /** Maximum of both together: less than was asked for if the engine has less. */
  readonly cacheLimit: number;
  readonly steps: number;
  /** Prompt tokens computed. */
  readonly promptTokens: number;
  /** Prompt tokens taken from a kept or running prefix instead. */
  readonly reusedTokens: number;
  readonly generatedTokens: number;
  /** Sequences that ended by themselves, that were ended early, and that ended with an error. */
  readonly finished: number;
  readonly cancelled: number;
  readonly failed: number;
  /** Requests refused, by `submit` or `checkOpen`, because too many waited. */
  readonly refused: number;
  readonly isClosing: boolean;
}

/** What `close` ended. */
export interface CloseReport {
  /** Sequences that ended by themselves within the grace period. */
  readonly finished: number;
  /** Sequences that were ended, waiting ones included. */
  readonly cancelled: number;
}

/** Runs many sequences on one engine. */
export interface Scheduler {
  /**
   * Whether `submit` would take a request now: for what need not be read or computed if not.
   * @throws QueueFullError; ClosedError after `close`
   */
  checkOpen(): void;
  /**
   * Accepts the sequences of one request together, or refuses them together by throwing at once. Each promise gives why
   * its sequence ended, after its last token and held-back text, or rejects with the error of that sequence alone.
   * @throws QueueFullError; ClosedError after `close`; RangeError for an invalid option, id or stop string;
   * CacheLimitError if the cache of one sequence exceeds the limit; ContextOverflowError for a prompt longer than
   * nPositions
   */
  submit(request: readonly Submission[]): Promise<EndReason>[];
  /** What runs, waits, and is in memory now. */
  status(): SchedulerStatus;
  /**
   * Refuses further requests, lets the accepted ones go on for the grace period, then ends the rest with "closed" and
   * frees all caches. A later call shortens the grace period. The engine and the model stay the caller's.
   */
  close(graceMilliseconds: number): Promise<CloseReport>;
}
