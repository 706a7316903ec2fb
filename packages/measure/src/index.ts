/**
 * @tsgpt/measure: how fast a model reads and writes, compared with what the machine can do. For Node:
 * "@tsgpt/measure/node".
 */
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
