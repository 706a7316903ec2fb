import type { WeightDtype } from "./weight.ts";

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

/** f32 and bf16 represent every float32, rounded. */
export type LimitedDtype = Exclude<WeightDtype, "f32" | "bf16">;

const CANNOT_HOLD: Readonly<Record<LimitedDtype, string>> = {
  f16: "f16 represents numbers up to 65504 in magnitude; use f32 or bf16",
  int8: "int8 represents finite numbers, in a file -63 to 63; use f32 or bf16",
};

/** A weight with a value that the requested dtype cannot represent. */
export class StorageError extends Error {
  override readonly name = "StorageError";

  constructor(dtype: LimitedDtype) {
    super(`has a value that ${dtype} cannot represent; ${CANNOT_HOLD[dtype]}`);
  }
}

/** The end of a switch over dtypes: a missing one does not compile, and one that came past the compiler throws. */
export function unsupportedDtype(by: string, dtype: never): never {
  throw new RangeError(`${by}: dtype ${JSON.stringify(dtype)} is not supported`);
}
