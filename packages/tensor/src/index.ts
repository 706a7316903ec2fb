/** @tsgpt/tensor: Float32Array tensors and the operations of a transformer. */
export { createSimdEngine, type SimdOptions } from "./kernels/simd/simd-engine.ts";

// The kernels come first in a bundle: docs/decisions/0016-bundle-size.md.

export { physicalCores } from "#host";
export { Arena } from "./arena.ts";
export { type Backend, onHeap } from "./backend.ts";
export { createEngine, type EngineOptions } from "./create-engine.ts";
export { BYTES_PER_ELEMENT, HAS_SCALES, STORED_AS, widen } from "./dtype.ts";
export {
  createReferenceEngine,
  type Engine,
  type KernelSet,
  type MachineLimits,
  type MemoryUse,
  referenceEngine,
} from "./engine.ts";
export { EngineError, formatShape, ShapeError } from "./errors.ts";
export type { AttentionOptions, AttentionSequence, GeluForm, Kernels } from "./kernels/kernels.ts";
export { LINEAR_SCRATCH_BYTES } from "./kernels/simd/constants.ts";
export { MOST_THREADS } from "./kernels/simd/threads/thread-count.ts";
export { narrow } from "./narrow.ts";
export { gelu, relu, silu } from "./ops/activations.ts";
export { add, addInto, scale } from "./ops/add.ts";
export { argmax } from "./ops/argmax.ts";
export { asMultiplied } from "./ops/as-multiplied.ts";
export { attention, attentionInto, attentionOfEach, storeHeads } from "./ops/attention.ts";
export { columns } from "./ops/columns.ts";
export { copyHeads, copyInto } from "./ops/copy.ts";
export { embedding } from "./ops/embedding.ts";
export { layerNorm } from "./ops/layer-norm.ts";
export { linear } from "./ops/linear.ts";
export { matmul, matmulTransposed } from "./ops/matmul.ts";
export { logSoftmax, softmax } from "./ops/softmax.ts";
export type { LimitedDtype } from "./storage-error.ts";
export { StorageError } from "./storage-error.ts";
export { type NestedNumbers, type Shape, sameShape, sizeOf, Tensor, type Tolerance } from "./tensor.ts";
export {
  type FloatDtype,
  type StoredDtype,
  type StoredNumbers,
  WEIGHT_DTYPES,
  type Weight,
  type WeightDtype,
  type WeightRole,
  type WeightSource,
} from "./weight.ts";
