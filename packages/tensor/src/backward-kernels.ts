/** Which backward kernels go with an engine's memory. */
import type { Engine } from "./engine.ts";
import type { BackwardKernels } from "./kernels/backward.ts";
import type { Kernels } from "./kernels/kernels.ts";
import { referenceBackwardKernels } from "./kernels/reference/backward/reference-backward-kernels.ts";
import { simdBackwardKernels } from "./kernels/simd/backward/simd-backward-kernels.ts";
import { contextOf } from "./kernels/simd/simd-kernels.ts";

const created = new WeakMap<Kernels, BackwardKernels>();

/**
 * The backward kernels for the tensors of an engine; the same ones for the same engine. They work as long as the engine
 * is referenced and not disposed. @throws EngineError if it is disposed
 */
export function backwardKernels(engine: Engine): BackwardKernels {
  const forward = engine.kernels; // a disposed engine throws
  const known = created.get(forward);
  if (known) return known;
  const context = contextOf(forward);
  const kernels = context ? simdBackwardKernels(context) : referenceBackwardKernels;
  created.set(forward, kernels);
  return kernels;
}
