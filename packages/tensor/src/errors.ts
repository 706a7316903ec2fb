/** A shape, size or index that an operation cannot take. The message names the function, the rule and the values got. */
export class ShapeError extends Error {
  override readonly name = "ShapeError";
}

/** `[2, 3]`, the form in which every message of this package shows a shape. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(", ")}]`;
}

/** An engine that cannot go on: its memory is full, a worker has died, it was disposed, or this machine cannot run it. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}
