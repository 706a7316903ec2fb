/** tsgpt sample: the next token's distribution, after a prompt or from given logits, and after each step of a chain. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import {
  applyChain,
  type ChainResult,
  type ChainSpec,
  isRandom,
  type Profile,
  probabilities,
  type SampleContext,
  SamplingError,
} from "@tsgpt/sampling";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { BUNDLED } from "../model/bundled-models.ts";
import { chainOf, flagName } from "../options/chain-flags.ts";
import { chainOptions } from "../options/chain-options.ts";
import { engineOptions } from "../options/engine.ts";
import { optionalModelOptions } from "../options/model.ts";
import { conflicting, type OptionsOf, option } from "../options/option.ts";
import { checkIds, resolveChain, textOptions } from "../options/resolve-chain.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { logitRow, tokenIds, wholeNumber } from "../options/values.ts";
import { type Draws, drawCounts } from "../sample/draw-counts.ts";
import { readSource, type Source, spellingOf } from "../sample/logit-source.ts";
import { describeSample } from "../terminal/sample-report.ts";
import { withText } from "../terminal/token-text.ts";

const options = [
  option("--prompt <text|@file>", "the prompt; the model computes the logits of its next token", {
    conflicts: "logits",
  }),
  option("--logits <list|@file>", "logits: 0.8,0.9,-inf,0.4, or a file; see below", { parse: logitRow }),
  ...optionalModelOptions(`default: "${BUNDLED}"; with --logits: none, tokens are shown as ids`),
  ...conflicting("logits", engineOptions),
  option("--history <ids>", "with --logits: the previous tokens, 0,1,0,2 (default: none, or the file's)", {
    parse: tokenIds,
    conflicts: "prompt",
  }),
  option("--prompt-length <n>", "with --logits: how many of them are the prompt (default: 0, or the file's)", {
    parse: wholeNumber(0),
    conflicts: "prompt",
  }),
  option("--greedy", "choose the most probable token, after penalties and constraints"),
  option("--draws <n>", "draw n tokens and count them", { parse: wholeNumber(1, 100_000_000) }),
  option("--seed <n>", "seed of the draws and of random steps (default: 0)", { parse: wholeNumber(0) }),
  option("--json", "print one JSON object"),
  chainOptions,
  option("--min-tokens <n>", "with --prompt: a value above 0 forbids the end-of-text token", {
    parse: wholeNumber(0),
    conflicts: "logits",
  }),
] as const;

export type SampleFlags = OptionsOf<typeof options>;

const HELP = `Give --prompt or --logits. With --prompt a model computes the logits, and the tokens of the prompt are
the history; the options of the engine and --min-tokens require it. With --logits, --model names a model whose
tokenizer is used: tokens are shown as text, and --banned and --dry-breaker accept texts; without --model tokens are
ids. --logits @x.safetensors reads the last row of the logits that tsgpt logits wrote; the ids in the file are the
history and count as the prompt, unless --history is given. Any other file must hold a JSON array of numbers (null is
-inf). Only the steps whose options are given apply, in the dialect's order; there are no defaults.
${TEXT_HELP}

Each distribution is sorted: first the most probable tokens (20, or 10 for each step of a chain), then the tail, in
ranges of ranks (░). head: the number of tokens that hold 90% of the probability; tail: the probability of the tokens
not listed; so far: cumulative.

Examples:
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --prompt "The king said" --temperature 1.5 --top-p 0.9
  $ tsgpt sample --logits @ours.safetensors --model fairytales --top-k 40
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --history 0,1,0,2,0,0 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt sample --logits @row.json --dialect hf --top-k 50 --top-p 0.9 --json
  $ tsgpt sample --logits 3,2,1,0 --dialect llama.cpp --min-p 0.2 --temperature 2 --draws 100000

--json: dialect, chain, history, initial, steps, top, probabilities (of every id) and, with --draws, draws. initial
describes the distribution before the chain: kept (tokens), entropyBits, headSize, top (id and probability) and tail
(ranks from and to, and probability). A step describes the distribution after it in the same way; its top also has
given (the probability before the step), and it adds step, before (tokens), massRemoved and removed. The last top is
that of the final distribution. With --prompt or --model there are also model and a text for each id, or null; with
--prompt also prompt.`;

export const sample = command({
  name: "sample",
  summary: "show the next token's distribution, sorted, and how each sampling step changes it",
  arguments: [],
  options,
  help: HELP,
  action: sampleCommand,
});

/** How many tokens a distribution lists: a single one, and one of several steps. */
const [ALONE, OF_SEVERAL] = [20, 10];

/** Runs the command. @throws CliError for a file without logits, or a chain that is not valid */
export async function sampleCommand(flags: SampleFlags): Promise<void> {
  const { draws: count, seed = 0 } = flags;
  const isBare = flags.prompt === undefined && flags.model === undefined;
  const texts = isBare ? textOptions(flags, undefined, Number.POSITIVE_INFINITY) : {};
  const byChance = isRandom(chainOf(flags, texts, { defaults: false }));
  if (flags.seed !== undefined && count === undefined && !byChance) {
    throw usageError("--seed does nothing without --draws or --xtc-probability; give that too");
  }
  const source = await readSource(flags);
  const chain = chainFor(source, flags);
  const { logits, history, promptLength } = source;
  const context: SampleContext = { history, promptLength };
  const generator = createGenerator(seed);
  const limit = chain.length === 0 ? ALONE : OF_SEVERAL;
  const uniform = () => nextUniform(generator);
  const result = explained(source, () => applyChain(chain, logits, context, { uniform, limit }));
  const draws: Draws | undefined = count === undefined ? undefined : { chain, logits, context, byChance, count, seed };
  const drawn = draws && (await drawCounts(draws, result));
  if (draws && !drawn) return;
  const final = inOrder(result, logits.length);
  if (!flags.json) return void process.stdout.write(describeSample(source, result, final, drawn));
  const { counts } = drawn ?? {};
  const drawReport = counts && { draws: { count, seed, counts: Array.from(counts) } };
  process.stdout.write(`${JSON.stringify({ ...asJson(source, flags, chain, result, final), ...drawReport })}\n`);
}

function chainFor({ read, spelling, promptLength, logits }: Source, flags: SampleFlags): ChainSpec {
  if (!read) {
    checkIds(flags, logits.length);
    return chainOf(flags, textOptions(flags, spelling, logits.length), { defaults: false });
  }
  return resolveChain({ ...flags, maxTokens: Number.POSITIVE_INFINITY }, read.model, promptLength, { defaults: false });
}

/** Reports a SamplingError as an error of an option, or of the logits of a model. */
function explained<Result>({ read }: Source, apply: () => Result): Result {
  try {
    return apply();
  } catch (error) {
    if (!(error instanceof SamplingError)) throw error;
    if (read && /^logits\b/.test(error.message))
      throw new CliError(`model ${JSON.stringify(read.model.name)}: ${error.message}`, 1);
    throw usageError(error.message.replace(/^(history|promptLength|logits)\b/, flagName));
  }
}

/** The probability of every token, 0 for removed ones. [V] */
function inOrder({ candidates }: ChainResult, size: number): Float64Array {
  const all = new Float64Array(size);
  for (const [i, probability] of probabilities(candidates).entries()) all[candidates.ids[i] as number] = probability;
  return all;
}

/** The JSON object; with a tokenizer every token in it has its text. */
function asJson(
  source: Source,
  { dialect }: SampleFlags,
  chain: ChainSpec,
  { initial, steps }: ChainResult,
  final: Float64Array,
) {
  const top = (steps.at(-1) ?? initial).top.map(({ id, probability }) => ({ id, probability }));
  const reports = { initial, steps, top };
  const rest = { probabilities: Array.from(final) };
  const { history, read } = source;
  const spelling = spellingOf(source);
  if (!spelling) return { dialect, chain, history, ...reports, ...rest };
  const { name: model, tokenizer } = spelling;
  const text = <R extends Profile>(report: R) => withText(tokenizer, report);
  const reported = { initial: text(initial), steps: steps.map(text), top: withText(tokenizer, { top }).top };
  return { model, ...(read && { prompt: read.prompt }), dialect, chain, history, ...reported, ...rest };
}
