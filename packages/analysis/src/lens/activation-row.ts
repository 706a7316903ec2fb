/** One row of a recorded activation, and the checks of what the functions of this folder are asked for. */
import type { Model } from "@tsgpt/gpt";
import type { Checks } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import { type Activations, checkActivations } from "../patch/activations.ts";

/** The position and the token in question. */
export interface Place {
  /** The row of the activations; by default the last. */
  readonly position?: number | undefined;
  /** The token whose logit is asked for; by default the likeliest there. */
  readonly target?: number | undefined;
}

export const placeChecks: Checks<Place> = { position: "number", target: "number" };

/** An activation as a [1, ...] view of its row `position`, by default the last. @throws RangeError */
export function activationRow(activations: Activations, key: string, position: number | undefined, by: string): Tensor {
  checkActivations(activations, `${by}: activations`);
  const found = activations.get(key);
  if (!found) throw new RangeError(`${by}: the activation "${key}" is missing; record it in the pass`);
  const rows = found.shape[0] as number;
  const row = position ?? rows - 1;
  checkIndex(row, rows, "position", by);
  return found.slice(row, row + 1); // [1, ...]
}

/** @throws RangeError for a target outside the vocabulary */
export function checkTarget({ config: { vocabSize } }: Model, target: number, by: string): void {
  checkIndex(target, vocabSize, "target", by);
}

/** @throws RangeError unless `index` is a whole number from 0 to `count` - 1 */
export function checkIndex(index: number, count: number, what: string, by: string): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`${by}: ${what} must be a whole number from 0 to ${count - 1}, got ${index}`);
}
