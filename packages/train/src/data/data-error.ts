/** Data that cannot be trained on: a text that is unreadable, empty or too short, or ids that the model lacks. */
export class DataError extends Error {
  override readonly name = "DataError";
}
