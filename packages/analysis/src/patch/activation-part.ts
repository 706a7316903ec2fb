/**
 * Parts of an activation: a head, a position, or both. Activations have one of three layouts: [T, C], a row per
 * position; [T, H, D], of q, k, v and z; and [H, T, S], of scores and pattern, whose rows end at the causal mask.
 * Positions count from the beginning of the text, so that they mean the same in a cached pass.
 */
import type { Checks } from "@tsgpt/numeric";
import type { Tensor } from "@tsgpt/tensor";
import type { HookedText } from "./named-hook.ts";

/** One head, one position (of the query, in scores and patterns), both, or without them the whole activation. */
export interface ActivationPart {
  readonly head?: number | undefined;
  readonly position?: number | undefined;
}

export const partChecks: Checks<ActivationPart> = { head: "number", position: "number" };

/** One row of an activation, a view: C channels, D of a head, or a head's scores of the keys that the query sees. */
export interface ActivationRow {
  readonly position: number;
  /** Undefined in an activation without heads. */
  readonly head: number | undefined;
  readonly values: Float32Array;
}

const SQUARE = /\.attn\.hook_(attn_scores|pattern)$/;
const BY_HEAD = /\.attn\.hook_(q|k|v|z|attn_scores|pattern)$/;

/** Whether the rows of an activation are as long as the text: scores and patterns. */
export function isSquare(name: string): boolean {
  return SQUARE.test(name);
}

/** How the rows of an activation lie in its data: row (i, h) begins at index at(i, h). */
interface Layout {
  readonly positions: number;
  readonly heads: number;
  /** Numbers a row, those behind the causal mask included. */
  readonly size: number;
  readonly at: (i: number, h: number) => number;
}

function layoutOf({ shape, size: total }: Tensor, name: string): Layout {
  const [first, second = 1] = shape as [number, number?];
  const [positions, heads] = isSquare(name) ? [second, first] : [first, BY_HEAD.test(name) ? second : 1];
  const size = total / (positions * heads);
  const at = isSquare(name)
    ? (i: number, h: number) => (h * positions + i) * size
    : (i: number, h: number) => (i * heads + h) * size;
  return { positions, heads, size, at };
}

/** The rows of a part of an activation whose first row has position `start`. */
export function rowsOf(
  activation: Tensor,
  name: string,
  { head, position }: ActivationPart,
  start = 0,
): ActivationRow[] {
  const { positions, heads, size, at } = layoutOf(activation, name);
  const found: ActivationRow[] = [];
  for (let i = 0; i < positions; i++) {
    if (position !== undefined && position !== start + i) continue;
    const length = isSquare(name) ? start + i + 1 : size; // up to the causal mask
    for (let h = 0; h < heads; h++) {
      if (head !== undefined && head !== h) continue;
      const values = activation.data.subarray(at(i, h), at(i, h) + length);
      found.push({ position: start + i, head: BY_HEAD.test(name) ? h : undefined, values });
    }
  }
  return found;
}

/** @throws RangeError for a head or position that there is not; `by` begins the message */
export function checkPart({ head, position }: ActivationPart, name: string, text: HookedText, by: string): void {
  if (head !== undefined) {
    if (!BY_HEAD.test(name)) {
      const fix = "give no head, or an activation that has them, such as hook_z or hook_pattern";
      throw new RangeError(`${by}: "${name}" has no heads; ${fix}`);
    }
    checkIndex("head", head, text.heads, by);
  }
  if (position !== undefined) checkIndex("position", position, text.length, by);
}

function checkIndex(what: string, index: number, count: number, by: string): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`${by}: ${what} must be a whole number from 0 to ${count - 1}, got ${index}`);
}
