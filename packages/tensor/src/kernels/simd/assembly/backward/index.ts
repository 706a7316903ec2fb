/** The backward module: kernels of AssemblyScript that only training loads. Its jobs are called by the pool's module. */
export { attentionGradientScratchBytes } from "./attention-gradient";
export { runJob } from "./dispatch";
export { linearParametersScratchBytes } from "./linear-parameters";

/** Exported so that it is not inlined: within a loop of its caller V8 spills its sums, and it takes 1.4 times as long. */
export { tile } from "./tile";
