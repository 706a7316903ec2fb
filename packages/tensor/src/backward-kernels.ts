/** Which backward kernels go with an engine's memory. */
import type { Engine } from "./engine.ts";
import type { BackwardKernels } from "./kernels/backward.ts";
import { referenceBackwardKernels } from "./kernels/reference/backward/reference-backward-kernels.ts";

/** The backward kernels for the tensors of an engine. @throws EngineError if it is disposed */
export function backwardKernels(engine: Engine): BackwardKernels {
  void engine.kernels; // a disposed engine throws
  return referenceBackwardKernels;
}
