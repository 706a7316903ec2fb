/**
 * @tsgpt/measure: how fast a model reads and writes, compared with what the machine can do. For Node:
 * "@tsgpt/measure/node".
 */
export type { Limits } from "./limit-passes.ts";
export { type GenerationSpeed, type MeasureOptions, measureGeneration, type Speed } from "./measure-generation.ts";
export { measurePositions, type PositionOptions, type PositionTime } from "./measure-positions.ts";
export { type TimedPass, timedForward } from "./timed-forward.ts";
