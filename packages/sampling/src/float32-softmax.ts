/**
 * The softmax as transformers computes it: in float32, step by step. Where its rounding decides what is kept, this
 * decides alike.
 */
import { exponentials, largest } from "@tsgpt/numeric";

/**
 * torch's softmax on a CPU: differences, exponentials, the reciprocal of their sum and the products, each rounded. [V]
 * -> [V]
 */
export function float32Softmax(logits: Float64Array): Float64Array {
  const max = Math.fround(largest(logits));
  const numbers = new Float64Array(logits.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(Math.fround(logits[i]!) - max);
  const sum = exponentials(numbers, 0, numbers); // in place
  const reciprocal = Math.fround(1 / Math.fround(sum));
  for (let i = 0; i < numbers.length; i++) numbers[i] = Math.fround(Math.fround(numbers[i]!) * reciprocal);
  return numbers;
}
