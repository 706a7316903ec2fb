/** @tsgpt/numeric: the numerical functions and the check of options that the other packages share. No dependencies. */
export {
  abortSignal,
  type Check,
  type Checks,
  checkOptions,
  describeValue,
  type Kind,
  listOf,
  objectWith,
  oneOf,
  type RequiredCheck,
  required,
  strings,
} from "./check-options.ts";
export { drawIndex } from "./draw-index.ts";
export { erf } from "./erf.ts";
export { type ExponentialMoments, exponentialMoments, exponentials } from "./exponentials.ts";
export { argmax, largest, smallest } from "./extremes.ts";
export { createGenerator, type Generator, nextUint32, nextUniform } from "./generator.ts";
export { logSumExp } from "./log-sum-exp.ts";
export { median } from "./median.ts";
export { nearest } from "./nearest.ts";
export { normalTable } from "./normal.ts";
