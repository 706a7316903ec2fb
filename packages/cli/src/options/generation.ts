/** The options of generation, in the groups that tsgpt generate's help has: how texts end, what is reported, and the ways of decoding. */
import { chainOptions } from "./chain-options.ts";
import { type OptionsOf, option } from "./option.ts";
import { finiteNumber, gather, numberFrom, path, wholeNumber } from "./values.ts";

/** Of --max-tokens. */
export const MAX_TOKENS = 200;

export const textOptions = [
  option("--max-tokens <n>", `tokens at most (default: ${MAX_TOKENS})`, { parse: wholeNumber(0) }),
  option("--greedy", "always the most probable, after penalties and constraints"),
  option("--seed <n>", "the same seed gives the same text (default: random)", { parse: wholeNumber(0) }),
  option("--stop <text>", "end before this text; may be repeated", { parse: gather }),
  option("--no-cache", "recompute everything for each token"),
] as const;

export const reportOptions = [
  option("--ignore-eos", "go on past the end of the text"),
  option("--logprobs <n>", "with --json: the n likeliest tokens at each place", { parse: wholeNumber(0, 1000) }),
  option("--trace-sampling", "show for each token the distribution, and what each step of the chain did"),
  option("--quiet", "no summary on stderr"),
  option("--verbose", "kernels, threads and memory on stderr", { conflicts: "quiet" }),
  option("--json", "stdout holds one object alone; with --file one a line"),
] as const;

/** A chain's, and those of its constraints that need a place in the text. */
export const drawOptions = [
  chainOptions,
  option("--min-tokens <n>", "no end of the text before so many; 0 is off", { parse: wholeNumber(0) }),
  option("--forced-first <id>", "the first token generated", { parse: wholeNumber(0) }),
  option("--forced-last <id>", "the last one that --max-tokens allows", { parse: wholeNumber(0) }),
] as const;

export const strategyOptions = [
  { heading: "Other ways of decoding:" },
  option("--num-samples <n>", "so many continuations of the prompt, read once", { parse: wholeNumber(1) }),
  option("--beams <n>", "the most probable texts, searched with n side by side; draws nothing", {
    parse: wholeNumber(1),
  }),
  option("--length-penalty <a>", "beams: score is log-probability / length^a (default: 1)", { parse: finiteNumber }),
  option("--num-return <n>", "beams: how many texts (default: 1)", { parse: wholeNumber(1) }),
  option("--draft-model <model>", "a smaller model proposes tokens; the text is distributed as without", {
    parse: path,
  }),
  option("--prompt-lookup", "the text so far proposes tokens"),
  option("--proposals <k>", "at a time (default: 3)", { parse: wholeNumber(1) }),
  option("--penalty-alpha <a>", "contrastive search over --top-k candidates (default: 4)", {
    parse: numberFrom(0, 1),
  }),
] as const;

type Declared = [...typeof textOptions, ...typeof reportOptions, ...typeof drawOptions, ...typeof strategyOptions];

/** What those options are parsed to. */
export type GenerationFlags = OptionsOf<Declared>;
