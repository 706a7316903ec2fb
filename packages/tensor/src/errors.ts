/**
 * A shape, size or index that an operation cannot take. The message names the function, the rule and the values got.
 */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** `[2, 3]`, the form in which every message of this package shows a shape. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

/**
 * An engine that cannot go on: its memory is full, a worker has died, it was disposed, or this machine cannot run it.
 */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** An engine with threads cannot be had, while one without might. */
export class WorkerError extends EngineError {}

/** What an engine says to whatever is asked of it after `dispose`. */
export const DISPOSED = "the engine has been disposed; create a new one";

const CANNOT_HOLD: Readonly<Record<"f16" | "int8", string>> = {
  f16: "f16 keeps numbers up to 65504 in magnitude: keep it in f32 or bf16",
  int8: "int8 keeps finite numbers, and of a file's -63 to 63: keep it in f32 or bf16",
};

/** A weight that cannot be kept in the dtype asked for, because of a number in it. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(dtype: "f16" | "int8") {
    super(`holds a number that ${dtype} cannot keep; ${CANNOT_HOLD[dtype]}`);
  }
}
