/** The options of a chain, the same for every command that has one: as the steps declare them (packages/sampling/src/steps). */
import { dialects, type FlagValue, STEP_FLAGS, type StepFlag } from "@tsgpt/sampling";
import { type Command, Option } from "commander";
import { flagName } from "../chain-flags.ts";
import {
  biases,
  finiteNumber,
  numberFrom,
  penaltyScope,
  positiveNumber,
  tokenIds,
  wholeNumber,
} from "../option-values.ts";

/** What `--banned` and `--dry-breaker` take: a command with a model takes texts too. */
export interface TextOptions {
  readonly placeholder: string;
  readonly gather: (text: string, before?: readonly string[]) => string[];
}

/** Adds them. */
export function withChain(command: Command, texts: TextOptions): Command {
  const dialect = new Option("--dialect <name>", "whose defaults, order and boundaries").choices(dialects);
  command.optionsGroup("Shaping and cutting the distribution:").addOption(dialect.default("lecture"));
  addFlags(command, texts, ["shape", "truncation"]);
  command.optionsGroup("Penalties on what has been said:");
  addFlags(command, texts, ["penalty"]);
  command.optionsGroup("Constraints:");
  addFlags(command, texts, ["constraint"]);
  return command;
}

function addFlags(command: Command, texts: TextOptions, kinds: readonly StepFlag["kind"][]): void {
  for (const flag of STEP_FLAGS.filter(({ kind }) => kinds.includes(kind))) {
    const { name, help, takes, placeholder = `<${texts.placeholder}>` } = flag;
    const option = new Option(`${flagName(name)} ${placeholder}`, help);
    option.negate = false; // --no-repeat-ngram is not the negation of an option --repeat-ngram
    if (takes.kind === "word") option.choices(takes.words);
    else if (takes.kind === "texts") option.argParser<readonly string[] | undefined>(texts.gather);
    else option.argParser<unknown>(parserOf(takes));
    command.addOption(option);
  }
}

function parserOf(takes: Exclude<FlagValue, { kind: "word" } | { kind: "texts" }>): (text: string) => unknown {
  switch (takes.kind) {
    case "integer":
      return wholeNumber(takes.least);
    case "number":
      if (takes.above !== undefined) return positiveNumber(takes.most);
      return takes.least === undefined ? finiteNumber : numberFrom(takes.least, takes.most);
    case "scope":
      return penaltyScope;
    case "biases":
      return biases;
    case "token ids":
      return tokenIds;
    default:
      return takes satisfies never;
  }
}
