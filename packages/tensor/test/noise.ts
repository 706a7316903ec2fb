/** Numbers for comparisons that must not depend on a pattern in them. */
import { Tensor } from "@tsgpt/tensor";

/** Numbers between -1 and 1, the same for a seed: the digits of a sine beyond the fourth. */
export function noise(shape: readonly number[], seed: number): Tensor {
  const tensor = Tensor.zeros(shape);
  for (let i = 0; i < tensor.size; i++) {
    const digits = 43_758.5453 * Math.sin(12.9898 * (i + 1) + 78.233 * seed);
    tensor.data[i] = 2 * (digits - Math.floor(digits)) - 1;
  }
  return tensor;
}
