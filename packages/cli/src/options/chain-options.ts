/**
 * The options of a chain, for every command that has one, as the steps declare them (packages/sampling/src/steps).
 * Their help is in chain-help.ts.
 */
import { dialects, type FlagValue, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { type ChainFlags, flagName } from "./chain-flags.ts";
import { CHAIN_HELP } from "./chain-help.ts";
import { type OptionGroup, type OptionSpec, option } from "./option.ts";
import {
  biases,
  finiteNumber,
  gatherWords,
  numberFrom,
  penaltyScope,
  positiveNumber,
  properShare,
  shareBelowOne,
  tokenIds,
  wholeNumber,
} from "./values.ts";

/** Their type is derived from the steps, too. */
export const chainOptions: OptionGroup<ChainFlags> = {
  list: [
    { heading: "Shaping and truncating the distribution:" },
    option("--dialect <name>", "whose defaults, order and boundary cases apply", {
      choices: dialects,
      default: "lecture",
    }),
    ...optionsOf(["shape", "truncation"]),
    { heading: "Penalties on tokens that have occurred:" },
    ...optionsOf(["penalty"]),
    { heading: "Constraints:" },
    ...optionsOf(["constraint"]),
  ],
};

function optionsOf(kinds: readonly StepFlag["kind"][]): OptionSpec[] {
  const flags = STEP_FLAGS.filter(({ kind }) => kinds.includes(kind));
  return flags.map(({ name, takes }) => {
    const [placeholder, text] = CHAIN_HELP[name];
    return option(`${flagName(name)} ${placeholder}`, text, detailsOf(takes));
  });
}

function detailsOf(takes: FlagValue): OptionSpec["details"] {
  return takes.kind === "word" ? { choices: takes.words } : { parse: parserOf(takes) };
}

function parserOf(takes: Exclude<FlagValue, { kind: "word" }>): NonNullable<OptionSpec["details"]["parse"]> {
  switch (takes.kind) {
    case "integer":
      return wholeNumber(takes.least);
    case "number":
      if (takes.below !== undefined) return takes.above === undefined ? shareBelowOne : properShare;
      if (takes.above !== undefined) return positiveNumber(takes.most);
      return takes.least === undefined ? finiteNumber : numberFrom(takes.least, takes.most);
    case "scope":
      return penaltyScope;
    case "biases":
      return biases;
    case "token ids":
      return tokenIds;
    case "texts":
      return gatherWords;
    default:
      return takes satisfies never;
  }
}
