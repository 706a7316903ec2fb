/** The flags of all steps, for a command line: in the order of the lecture's dialect, and what they mean as options. */
import { SamplingError } from "../errors.ts";
import { stepOf, type TransformersKey } from "../spec.ts";
import type { Flag, OptionDefinition, StepKind } from "../step.ts";
import { DIALECT_SPECS } from "./dialects.ts";
import type { ChainFlags, ChainOptions } from "./options.ts";

/** A flag in camelCase, as the options are. */
export interface StepFlag extends Flag {
  readonly name: keyof ChainFlags;
  readonly kind: StepKind;
  /** The option of the same name, if there is one. */
  readonly option: OptionDefinition<unknown, TransformersKey> | undefined;
  /** Whether the distribution that its step returns is a function of the text alone. */
  readonly isPure: boolean;
}

/** Each flag once, after the last step that has it. */
export const STEP_FLAGS: readonly StepFlag[] = listFlags();

function listFlags(): StepFlag[] {
  const flags = new Map<string, StepFlag>();
  for (const { flags: own, options, kind, dependsOn } of DIALECT_SPECS.lecture.order.map(stepOf)) {
    for (const [name, flag] of Object.entries(own)) {
      flags.delete(name);
      const isPure = dependsOn === undefined;
      flags.set(name, { ...flag, name: name as keyof ChainFlags, kind, option: options[name], isPure });
    }
  }
  return [...flags.values()];
}

/**
 * The options that flags ask for, except texts, which need a tokenizer.
 * @throws SamplingError for a flag that has no effect without another.
 */
export function optionsOfFlags(flags: ChainFlags): ChainOptions {
  checkNeeds(flags);
  const options: Record<string, unknown> = {};
  for (const { name, takes } of STEP_FLAGS) if (takes.kind !== "texts") options[name] = flags[name];
  for (const { fromFlags, flags: own } of DIALECT_SPECS.lecture.order.map(stepOf)) {
    if (!fromFlags) continue;
    for (const name of Object.keys(own)) delete options[name];
    Object.assign(options, fromFlags(flags));
  }
  return options;
}

function checkNeeds(flags: ChainFlags): void {
  const isGiven = (name: string) => flags[name as keyof ChainFlags] !== undefined;
  const wrong = STEP_FLAGS.find(({ name, needs = [] }) => isGiven(name) && needs.length > 0 && !needs.some(isGiven));
  if (!wrong) return;
  throw new SamplingError(
    `presetChain: ${wrong.name} does nothing without ${wrong.needs?.join(" or ")}; give that too`,
  );
}
