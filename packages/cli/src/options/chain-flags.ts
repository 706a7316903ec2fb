/** From the options that were given on the command line to those of a chain. */
import {
  type ChainOptions,
  type ChainSpec,
  type Dialect,
  optionsOfFlags,
  presetChain,
  SamplingError,
  STEP_FLAGS,
  type ChainFlags as StepFlags,
} from "@tsgpt/sampling";
import { usageError } from "../cli-error.ts";

/** The parsed options of chain-options.ts. */
export interface ChainFlags extends StepFlags {
  readonly dialect: Dialect;
  readonly greedy?: boolean;
}

/** Options that shape or truncate the distribution before a draw. */
export const SAMPLING_OPTIONS: readonly (keyof StepFlags)[] = STEP_FLAGS.filter(
  ({ kind }) => kind === "shape" || kind === "truncation",
).map(({ name }) => name);

/**
 * The chain of these flags, and of options whose values depend on a model or its tokenizer.
 * @throws CliError, a usage error, for what the chain does not allow
 */
export function chainOf(flags: ChainFlags, resolved: ChainOptions, { defaults }: { defaults: boolean }): ChainSpec {
  try {
    const options = { greedy: flags.greedy, ...optionsOfFlags(flags), ...resolved };
    return presetChain(flags.dialect, options, { defaults });
  } catch (error) {
    if (error instanceof SamplingError) throw usageError(inFlags(stepError(error).message));
    throw error;
  }
}

/** The error of the step: what presetChain says of an option, in the words of the step's parameter. */
export function stepError(error: SamplingError): SamplingError {
  return error.cause instanceof SamplingError ? error.cause : error;
}

const NAMES = STEP_FLAGS.map(({ name }) => name).filter((name) => /[A-Z]/.test(name));

/** The message with options as they are written on a command line, and without the name of the function. */
function inFlags(message: string): string {
  const names = new RegExp(`\\b(${NAMES.join("|")})\\b`, "g");
  return message.replace(/^(presetChain: |chain: step \d+ \(([\w-]+)\))/, "$2").replaceAll(names, flagName);
}

/** `--top-k` of topK. */
export function flagName(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
