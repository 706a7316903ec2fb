/** The error of a batch: the rule that is broken, the values, and how to go on. */
export class BatchError extends Error {
  override readonly name = "BatchError";
}
