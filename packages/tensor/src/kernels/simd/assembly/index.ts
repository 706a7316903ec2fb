/** The module: kernels of AssemblyScript, compiled with relaxed SIMD. */
export { embedding } from "./embedding";
export { widen } from "./pack";
export { scalesOfPeaks } from "./pack-int8";
export { attentionScratchBytes } from "./attention";
export { fusedDotsAgree } from "./int8";
export { rowStride } from "./int8-rows";
export { run, runAlone, stop, work } from "./pool";
