/**
 * The options of text generation, in the groups of the help: length and seed, output, constraints, and decoding
 * strategies.
 */
import { MAX_TOKENS } from "../library/generate.ts";
import { chainOptions } from "./chain-options.ts";
import { type OptionsOf, option } from "./option.ts";
import { finiteNumber, gather, numberFrom, path, wholeNumber } from "./values.ts";

export const maxTokens = option("--max-tokens <n>", `most tokens to generate (default: ${MAX_TOKENS})`, {
  parse: wholeNumber(0),
});
export const greedy = option("--greedy", "always choose the most probable token, after penalties and constraints");
export const stop = option("--stop <text>", "stop before this text; may be repeated", { parse: gather });

export const textOptions = [
  maxTokens,
  greedy,
  option("--seed <n>", "the same seed gives the same text (default: random)", { parse: wholeNumber(0) }),
  stop,
  option("--no-cache", "recompute the whole text for each token"),
] as const;

export const ignoreEos = option("--ignore-eos", "continue after an end-of-text token");
export const quiet = option("--quiet", "no summary on stderr");

export const logprobs = option("--logprobs <n>", "with --json: the n most probable tokens at each position", {
  parse: wholeNumber(0, 1000),
});
export const traceSampling = option(
  "--trace-sampling",
  "show the distribution of each token and the effect of each sampling step",
);

export const outputOptions = [
  ignoreEos,
  logprobs,
  traceSampling,
  quiet,
  option("--verbose", "print kernels, threads and memory on stderr", { conflicts: "quiet" }),
  option("--json", "print one JSON object; with --file one per line"),
] as const;

export const minTokens = option("--min-tokens <n>", "the text cannot end before n tokens; 0 is off", {
  parse: wholeNumber(0),
});
export const forcedLast = option("--forced-last <id>", "force the last token that --max-tokens allows", {
  parse: wholeNumber(0),
});

/** The options of a chain, and of constraints that depend on the position in the text. */
export const samplingOptions = [chainOptions, minTokens, forcedLast] as const;

export const strategyOptions = [
  { heading: "Other decoding strategies:" },
  option("--num-samples <n>", "number of samples; the prompt is processed once", { parse: wholeNumber(1) }),
  option("--beams <n>", "beam search with n beams, deterministic", { parse: wholeNumber(1) }),
  option("--length-penalty <a>", "beams: score is log-probability / length^a (default: 1)", { parse: finiteNumber }),
  option("--num-return <n>", "beams: number of texts to return (default: 1)", { parse: wholeNumber(1) }),
  option("--draft-model <model>", "speculative decoding with a smaller model; the distribution stays the same", {
    parse: path,
  }),
  option("--prompt-lookup", "speculative decoding with proposals from the text so far"),
  option("--proposals <k>", "tokens proposed at a time (default: 3)", { parse: wholeNumber(1) }),
  option(
    "--penalty-alpha <a>",
    "contrastive search with this similarity penalty, over --top-k candidates (4 if --top-k is not given)",
    {
      parse: numberFrom(0, 1),
    },
  ),
] as const;

type Declared = [...typeof textOptions, ...typeof outputOptions, ...typeof samplingOptions, ...typeof strategyOptions];

/** The parsed values of these options. */
export type GenerationFlags = OptionsOf<Declared>;
