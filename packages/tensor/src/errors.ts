/**
 * A shape, size or index that an operation does not accept. The message names the function, the rule and the actual
 * values.
 */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** `[2, 3]`: how every message of this package shows a shape. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

/** An engine that cannot continue: its memory is full, a worker died, it was disposed, or the machine cannot run it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** An engine with threads cannot be created; one without might. */
export class WorkerError extends EngineError {}

/** The message for any use of an engine after `dispose`. */
export const DISPOSED = "the engine has been disposed; create a new one";

/** The end of a switch over dtypes: a missing one does not compile, and one that came past the compiler throws. */
export function unsupportedDtype(by: string, dtype: never): never {
  throw new RangeError(`${by}: dtype ${JSON.stringify(dtype)} is not supported`);
}
