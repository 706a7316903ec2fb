/** @tsgpt/numeric: the numerical functions that the other packages share. No dependencies. */
export { drawIndex } from "./draw-index.ts";
export { erf } from "./erf.ts";
export { exponentials } from "./exponentials.ts";
export { argmax, largest, smallest } from "./extremes.ts";
export { createGenerator, type Generator, nextUniform } from "./generator.ts";
export { logSumExp } from "./log-sum-exp.ts";
export { median } from "./median.ts";
export { normalTable } from "./normal.ts";
