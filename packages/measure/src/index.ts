/** @tsgpt/measure: how fast a model reads and writes, beside what the machine can do. What needs Node is in "@tsgpt/measure/node". */
export type { Limits } from "./limit-passes.ts";
export {
  type GenerationSpeed,
  type MeasureOptions,
  measureGeneration,
  measurePositions,
  type PositionOptions,
  type PositionTime,
  type Speed,
} from "./measure.ts";
