/** The options of a chain and their checks, as the steps declare them. */
import type { Checks } from "@tsgpt/numeric";
import { type StepSpec, stepOf, type TransformersKey } from "../spec.ts";
import type { OptionDefinition } from "../step.ts";
import { DIALECT_SPECS } from "./dialects.ts";
import type { ChainOptions } from "./options.ts";

/** The checks of the options of `presetChain`, for functions that have these options and others. */
export const chainOptionChecks: Checks<ChainOptions> = Object.fromEntries(
  optionDefinitions().map(([name, { check }]) => [name, check]),
) as Checks<ChainOptions>;

/** Every option, greedy, the shape and the truncations first, then the rest. */
export function optionDefinitions(): [name: string, OptionDefinition<unknown, TransformersKey>][] {
  const { order } = DIALECT_SPECS.lecture;
  const isShaping = (type: StepSpec["type"]) => ["shape", "truncation"].includes(stepOf(type).kind);
  const types = [...order.filter(isShaping), ...order.filter((type) => !isShaping(type))];
  return ["greedy" as const, ...types].flatMap((type) => Object.entries(stepOf(type).options));
}
