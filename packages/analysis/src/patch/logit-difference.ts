/** The usual metric of activation patching: how much one next token is preferred to another. */
import type { Tensor } from "@tsgpt/tensor";

/**
 * A function of logits [T, V]: that of token `a` minus that of token `b`, after the last position or another one. It is
 * the logarithm of the ratio of their probabilities. @throws RangeError for an id or a position that there is not
 */
export function logitDifference(a: number, b: number, position?: number): (logits: Tensor) => number {
  return (logits) => {
    const [rows, size] = logits.shape as [number, number];
    const row = position ?? rows - 1;
    checkIndex("position", row, rows);
    checkIndex("token id", a, size);
    checkIndex("token id", b, size);
    const { data } = logits.row(row);
    return (data[a] as number) - (data[b] as number);
  };
}

function checkIndex(what: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new RangeError(`logitDifference: ${what} must be a whole number from 0 to ${count - 1}, got ${index}`);
}
