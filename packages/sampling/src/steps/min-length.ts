/**
 * Minimum length: the end-of-text token may not come before the text has a minimum number of tokens, counted over the
 * generated text (transformers' min_new_tokens) or over all of it, including the prompt (its min_length).
 */
import { objectWith } from "@tsgpt/numeric";
import type { Candidates } from "../candidates.ts";
import { lengthOf } from "../history.ts";
import { checkIds, lengthOfWhat, oneOrMoreTokenIds, wholeNumber } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { without } from "../without.ts";
import type { Workspace } from "../workspace.ts";

export interface MinLength {
  readonly type: "min-length";
  /** In tokens; 0 is off. */
  readonly length: number;
  /** Id of the end-of-text token, or of each of several. */
  readonly eos: number | readonly number[];
  /** What is counted; default "generated". */
  readonly of?: "generated" | "all";
}

function holdBack(
  candidates: Candidates,
  { length, eos, of }: Omit<MinLength, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  const ends = typeof eos === "number" ? [eos] : eos;
  checkIds("min-length", ends, context.vocabularySize);
  if (lengthOf(context, of) >= length) return candidates;
  return without(candidates, new Set(ends), "min-length", workspace);
}

/** A minimum length, and the tokens that may not come before it. */
export interface MinLengthOption extends Omit<MinLength, "type"> {}

interface Options {
  /** No end-of-text token before the minimum length; of several, before each. */
  readonly minLength: MinLengthOption | readonly MinLengthOption[];
}

/**
 * The candidates without the end-of-text token, while the text is too short. Its flag needs a model, so each command
 * declares it.
 * @throws SamplingError for a length that is not an integer from 0, or if the end-of-text token is the only candidate.
 */
export const minLength = contextStep<MinLength, Options, object>({
  type: "min-length",
  kind: "constraint",
  parameters: { length: wholeNumber(0, " (0 is off)"), eos: oneOrMoreTokenIds, of: lengthOfWhat },
  options: { minLength: { check: objectWith("an object with length and eos, or a list of them") } },
  flags: {},
  build: ({ minLength }) => [minLength].flat().map((each) => ({ type: "min-length", ...each })),
  run: holdBack,
});
