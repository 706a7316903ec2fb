/** The checks that operations share: each names the operation, the rule and the shapes got. */
import { formatShape, ShapeError } from "../errors.ts";
import { type Shape, sameShape } from "../tensor.ts";

interface Shaped {
  readonly shape: Shape;
}

/** @throws ShapeError unless `value` has that many axes; `letters` is the shape wanted, as in "[m, k]". */
export function checkRank(operation: string, name: string, value: Shaped, letters: string): void {
  let rank = 1; // counted, not split: a step checks some two hundred shapes and is to leave nothing to collect
  for (let i = 0; i < letters.length; i++) if (letters[i] === ",") rank++;
  if (value.shape.length !== rank) {
    throw new ShapeError(`${operation}: ${name} must be ${letters}, got ${formatShape(value.shape)}`);
  }
}

/** @throws ShapeError unless `value` is [n]. */
export function checkVector(operation: string, name: string, value: Shaped, n: number): void {
  if (value.shape.length !== 1 || value.shape[0] !== n) {
    throw new ShapeError(`${operation}: ${name} must be ${formatShape([n])}, got ${formatShape(value.shape)}`);
  }
}

/** @throws ShapeError unless `value` has exactly the shape wanted. */
export function checkShape(operation: string, name: string, value: Shaped, wanted: Shape): void {
  if (!sameShape(value.shape, wanted)) {
    throw new ShapeError(`${operation}: ${name} must be ${formatShape(wanted)}, got ${formatShape(value.shape)}`);
  }
}

/** @throws ShapeError unless there is a last axis with at least one element. */
export function checkRows(operation: string, x: Shaped): void {
  if (!((x.shape.at(-1) ?? 0) > 0)) {
    throw new ShapeError(`${operation}: x needs a last axis of 1 or more, got ${formatShape(x.shape)}`);
  }
}
