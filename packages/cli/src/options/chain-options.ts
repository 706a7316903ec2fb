/**
 * The options of a chain, the same for every command that has one: numbers, whose neutral value turns a step off, and
 * token ids.
 */
import { dialects } from "@tsgpt/sampling";
import { type Command, Option } from "commander";
import type { ChainFlags } from "./chain-flags.ts";
import type { OptionGroup } from "./option.ts";
import {
  biases,
  finiteNumber,
  gatherWords,
  numberFrom,
  penaltyScope,
  positiveNumber,
  tokenIds,
  wholeNumber,
} from "./values.ts";

const share = numberFrom(0, 1);

/** They add themselves to a command. */
export const chainOptions: OptionGroup<ChainFlags> = {
  add: (command) => withChain(command, { placeholder: "ids|text", gather: gatherWords }),
};

/** What `--banned` and `--dry-breaker` take: a command with a model takes texts too. */
interface TextOptions {
  readonly placeholder: string;
  readonly gather: (text: string, before?: readonly string[]) => string[];
}

/** Adds them. */
function withChain(command: Command, { placeholder, gather }: TextOptions): Command {
  command
    .optionsGroup("Shaping and cutting the distribution:")
    .addOption(new Option("--dialect <name>", "whose defaults, order and boundaries").choices(dialects).default("deck"))
    .option("--temperature <t>", "above 1 flattens, below 1 sharpens; 1 is off", finiteNumber)
    .option("--top-k <k>", "only the k most probable; 0 is off", wholeNumber(0))
    .option("--top-p <p>", "the most probable that hold mass p; 1 is off", positiveNumber(1))
    .option("--min-p <p>", "at least p times the largest probability; 0 is off", share)
    .option("--typical <mass>", "those nearest to the entropy that hold a mass; 1 is off", positiveNumber(1))
    .option("--epsilon <p>", "probability p or more; 0 is off", share)
    .option("--eta <p>", "the same, lower where the entropy is large; 0 is off", share)
    .option("--top-n-sigma <n>", "logits within n deviations of the largest; 0 is off", numberFrom(0))
    .option("--xtc-probability <p>", "how often to exclude the top choices; 0 is off", share)
    .option("--xtc-threshold <p>", "a top choice has this probability or more (default: 0.1)", share)
    .option("--mirostat-tau <bits>", "steer surprise to this, by mirostat v2; 0 is off (default: 5)", numberFrom(0))
    .option("--mirostat-eta <rate>", "how fast (default: 0.1)", share);
  withPenalties(command, { placeholder, gather });
  return withConstraints(command, { placeholder, gather });
}

function withPenalties(command: Command, { placeholder, gather }: TextOptions): void {
  const noRepeatNgram = new Option("--no-repeat-ngram <n>", "no n tokens twice; 0 is off").argParser(wholeNumber(0));
  noRepeatNgram.negate = false; // not the negation of an option repeat-ngram
  command
    .optionsGroup("Penalties on what has been said:")
    .option("--frequency-penalty <f>", "per occurrence; off: 1 under deck, 0 elsewhere", finiteNumber)
    .option("--presence-penalty <p>", "for any occurrence; off: 1 under deck, 0 elsewhere", finiteNumber)
    .option("--repetition-penalty <r>", "CTRL's, divides positive logits; 1 is off", positiveNumber())
    .addOption(noRepeatNgram)
    .option("--dry-multiplier <m>", "against repeated sequences; 0 is off", numberFrom(0))
    .option("--dry-base <b>", "growth with their length (default: 1.75)", numberFrom(1))
    .option("--dry-allowed-length <n>", "shorter ones are free (default: 2)", wholeNumber(1))
    .option(`--dry-breaker <${placeholder}>`, "none runs across it; may be repeated", gather)
    .option("--penalty-scope <scope>", "what penalties count: all, generated, or the last N tokens", penaltyScope);
}

function withConstraints(command: Command, { placeholder, gather }: TextOptions): Command {
  return command
    .optionsGroup("Constraints:")
    .option("--logit-bias <id:bias,...>", "added to the logits of tokens", biases)
    .option(`--banned <${placeholder}>`, "a sequence that may not come; may be repeated", gather)
    .option("--allowed <ids>", "no other token may come", tokenIds)
    .option("--watermark-key <n>", "favour the tokens that this secret colours green", wholeNumber(0))
    .option("--watermark-gamma <share>", "how many are green (default: 0.25)", share)
    .option("--watermark-delta <d>", "added to their logits (default: 2)", numberFrom(0))
    .addOption(
      new Option(
        "--watermark-hash <how>",
        "coloured by the tokens before, or by one of them and the token itself",
      ).choices(["left", "self"]),
    )
    .option("--watermark-width <n>", "how many tokens before (default: 1)", wholeNumber(1));
}
