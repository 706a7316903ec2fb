/** Numbers for comparisons that must not depend on a pattern in them. */
import { createGenerator, nextUint32 } from "@tsgpt/numeric";
import { Tensor } from "@tsgpt/tensor";

/** Numbers from -1 to 1, the same for a seed. */
export function noise(shape: readonly number[], seed: number): Tensor {
  const tensor = Tensor.zeros(shape);
  const generator = createGenerator(seed);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = nextUint32(generator) / 2 ** 31 - 1;
  return tensor;
}
