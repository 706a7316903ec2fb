/**
 * The engines that every operation is tested on: one suite over all of them, which a new kernel set joins by one line.
 * Operands are placed in the engine's own memory first, because a set may read no other.
 */
import {
  createReferenceEngine,
  createSimdEngine,
  type Engine,
  type NestedNumbers,
  Tensor,
  type Weight,
  type WeightRole,
  type WeightSource,
} from "@tsgpt/tensor";

export const engines: readonly { name: string; engine: Engine }[] = [
  { name: "reference", engine: createReferenceEngine() },
  { name: "simd, 1 thread", engine: createSimdEngine({ threads: 1 }) },
  { name: "simd, 2 threads", engine: createSimdEngine({ threads: 2 }) },
  { name: "simd, plain, 1 thread", engine: createSimdEngine({ threads: 1, relaxed: false }) },
];

/** Half a unit in the last place of a float32 is 6e-8 of the value; ten such roundings are allowed. */
export const FLOAT32 = { atol: 6e-7, rtol: 6e-7 };

/** `Tensor.from(values)` in the engine's memory. */
export function tensorOn(engine: Engine, values: NestedNumbers): Tensor {
  const given = Tensor.from(values);
  const placed = engine.allocate(given.shape);
  placed.data.set(given.data);
  return placed;
}

/** The values as a weight in the layout that the engine's kernels want. */
export function weightOn(engine: Engine, values: NestedNumbers, role: WeightRole): Promise<Weight> {
  return engine.loadWeight(float32Source(Tensor.from(values)), role);
}

/** A stored F32 tensor whose bytes are those of `tensor`. */
export function float32Source({ data, shape }: Tensor): WeightSource {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {
    shape,
    dtype: "F32",
    read: async (offset, into) => into.set(bytes.subarray(offset, offset + into.length)),
  };
}
