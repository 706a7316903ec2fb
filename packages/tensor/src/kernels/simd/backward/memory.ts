/** Memory that the backward kernels take of the engine's: for a call, or for as long as a learner lives. */
import type { Outputs } from "../../../storage.ts";
import { productOf } from "../../../storage.ts";
import { type Shape, sizeOf, Tensor } from "../../../tensor.ts";
import type { KernelContext } from "../context.ts";
import type { EngineMemory } from "../memory.ts";
import { packRows } from "../pack-rows.ts";
import { type PackedWeight, packedBytes, packedWeight } from "../packed-weight.ts";

export function allocateTensor(memory: EngineMemory, shape: Shape): Tensor {
  const size = sizeOf(shape);
  return new Tensor(memory.floats(memory.allocate(4 * size), size), shape);
}

export function freeTensor(memory: EngineMemory, { data }: Tensor): void {
  memory.free(data.byteOffset);
}

/** A packed copy, until its pointer is freed. */
export function packedCopy(context: KernelContext, values: Tensor, outputs: Outputs): PackedWeight {
  const { k, n } = productOf(values.shape, outputs);
  const bytes = packedBytes(k, n, "f32");
  const pointer = context.memory.allocate(bytes);
  context.memory.bytes(pointer, bytes).fill(0); // padding of the last panel
  const packed = packedWeight(values.shape, outputs, "f32", pointer, context.memory);
  packAgain(context, packed, values, outputs);
  return packed;
}

/** Packs values that were changed. */
export function packAgain(
  { pool, operands }: KernelContext,
  { pointer, k, n }: PackedWeight,
  values: Tensor,
  outputs: Outputs,
): void {
  const source = operands.read(values);
  const count = values.shape[0];
  packRows(pool, { packed: pointer, source, stored: "F32", kept: "f32", first: 0, count, k, n, outputs });
  operands.done();
}
