/**
 * Where a training loop's batches come from: windows of a text, shuffled anew in every epoch (window-batches.ts), or a
 * file with ready batches (batches-file.ts). The loop knows no more of them than this.
 */

/** Where a source is in its data; a value that JSON holds exactly. It goes into a checkpoint. */
export type BatchPosition = Readonly<Record<string, string | number | readonly number[]>>;

/** A sequence of batches that can be saved and continued. */
export interface BatchSource {
  /** B, the number of sequences in a batch. */
  readonly batchSize: number;
  /** T: each sequence has T + 1 ids, of which the first T are inputs and the last T their targets. */
  readonly context: number;
  /** Targets until all data were seen once: windows times T, or a file's steps times B times T. */
  readonly tokensPerEpoch: number;
  /**
   * The next batch: B sequences of T + 1 ids, valid until the next call. Undefined at the end of a file of batches; a
   * text has no end, its next epoch begins.
   */
  next(): Promise<readonly ArrayLike<number>[] | undefined>;
  /** The position of the batch that `next` will return; a copy that later calls do not change. */
  position(): BatchPosition;
  /**
   * Continues at a position of a source of the same data: the batches that follow are those that followed there.
   * @throws RangeError if the position is of other data or another context, or is malformed
   */
  restore(position: unknown): void;
}
