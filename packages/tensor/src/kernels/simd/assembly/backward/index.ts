/** The backward module: kernels that only training loads. The pool's module calls its jobs. */
export { attentionGradientScratchBytes } from "./attention-gradient";
export { runJob } from "./dispatch";
export { linearParametersScratchBytes } from "./linear-parameters";

/** Exported so that it is not inlined: in a loop of its caller V8 spills its sums, which takes 1.4 times as long. */
export { tile } from "./tile";
