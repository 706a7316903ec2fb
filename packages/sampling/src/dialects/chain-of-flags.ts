/** From flags, such as those of a command line or the fields of a form, to the chain they ask for. */
import { type Checks, checkOptions, oneOf, strings } from "@tsgpt/numeric";
import { SamplingError } from "../errors.ts";
import { checkIds } from "../parameter.ts";
import type { ChainSpec } from "../spec.ts";
import type { Dialect } from "../step.ts";
import { optionsOfTexts, type Spelling } from "./flag-texts.ts";
import { optionsOfFlags, STEP_FLAGS, type StepFlag } from "./flags.ts";
import type { ChainFlags, ChainOptions } from "./options.ts";
import { presetChain } from "./preset-chain.ts";

/** The flags of all steps, and greedy, which is an option too. */
export type AllFlags = ChainFlags & Pick<ChainOptions, "greedy">;

const CHECKS = {
  greedy: "boolean",
  ...Object.fromEntries(STEP_FLAGS.map((flag) => [flag.name, checkOf(flag)])),
} as Checks<AllFlags>;

function checkOf({ takes, option }: StepFlag) {
  if (takes.kind === "texts") return strings;
  return takes.kind === "word" ? oneOf(...takes.words) : (option?.check ?? "number");
}

/**
 * The chain of these flags for a vocabulary, with the dialect's defaults. Texts become token ids by `spelling`, a
 * tokenizer; without one they must be token ids.
 * @throws RangeError for an unknown flag, or one of another type; SamplingError for a value out of range, flags that
 * contradict each other, a text without a spelling or an id outside the vocabulary
 */
export function chainOfFlags(
  dialect: Dialect,
  flags: AllFlags,
  spelling: Spelling | undefined,
  vocabSize: number,
): ChainSpec {
  checkOptions("chainOfFlags", flags, CHECKS);
  try {
    checkFlagIds(flags, vocabSize);
    const texts = optionsOfTexts(flags, spelling, vocabSize);
    return presetChain(dialect, { greedy: flags.greedy, ...optionsOfFlags(flags), ...texts });
  } catch (error) {
    if (error instanceof SamplingError) throw new SamplingError(inFlags(error.message), { cause: error });
    throw error;
  }
}

/** A message of presetChain with flags for options: watermarkGamma for watermark.gamma. */
function inFlags(message: string): string {
  return message.replace(/^presetChain: (?:(\w+)\.(\w))?/, (_, option = "", initial = "") => {
    return `chainOfFlags: ${option}${initial.toUpperCase()}`;
  });
}

/**
 * Checks ids in flags that the chain itself checks late or never.
 * @throws SamplingError that names the flag
 */
export function checkFlagIds(flags: ChainFlags & { readonly forcedLast?: number }, vocabSize: number): void {
  const { forcedFirst = 0, forcedLast = 0, allowed = [], logitBias = {} } = flags;
  checkIds("forcedFirst", [forcedFirst], vocabSize);
  checkIds("forcedLast", [forcedLast], vocabSize);
  checkIds("allowed", allowed, vocabSize);
  checkIds("logitBias", Object.keys(logitBias).map(Number), vocabSize);
}
