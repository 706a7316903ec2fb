/** How a bundled model draws by default in every dialect: as its generation config says, as on the command line. */
import type { GenerationConfig } from "@tsgpt/gpt";
import { type AllFlags, type ChainFlags, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";

type Kind = StepFlag["kind"];

/** The options of the draw that a generation config names: temperature, and what cuts the distribution. */
export function drawDefaultsOf(config: GenerationConfig): ChainFlags {
  const named = flagsOf(["shape", "truncation"]).flatMap(({ name, option }) => {
    const value = option?.transformers && config[option.transformers.key];
    if (value === undefined) return [];
    return [[name, option?.transformers?.isOff?.(value as number) ? option.neutral : value] as const];
  });
  return Object.fromEntries(named);
}

/** Those of a model's defaults that have an effect beside these options. */
export function defaultsBeside(defaults: ChainFlags, { greedy, mirostatTau, mirostatEta }: AllFlags): ChainFlags {
  if (greedy) return {};
  if (mirostatTau === 0 || (mirostatTau ?? mirostatEta) === undefined) return defaults;
  const shapes = flagsOf(["shape"]).map(({ name }) => [name, defaults[name]] as const);
  return Object.fromEntries(shapes.filter(([, value]) => value !== undefined));
}

const flagsOf = (kinds: readonly Kind[]) => STEP_FLAGS.filter(({ kind }) => kinds.includes(kind));
