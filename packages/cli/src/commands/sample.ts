/** tsgpt sample: the next token's distribution, of a prompt or of given logits, and what each step of a chain makes of it. */
import { createGenerator, nextUniform } from "@tsgpt/numeric";
import {
  applyChain,
  type ChainResult,
  type ChainSpec,
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
import { checkIds, resolveChain, wordIds } from "../options/resolve-chain.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { logitRow, tokenIds, wholeNumber } from "../options/values.ts";
import { type Draws, drawCounts } from "../sample/draw-counts.ts";
import { readSource, type Source, spellingOf } from "../sample/logit-source.ts";
import { describeSample } from "../terminal/sample-report.ts";
import { withText } from "../terminal/token-text.ts";

const options = [
  option("--prompt <text|@file>", "what the next token follows, as a model reads it", { conflicts: "logits" }),
  option("--logits <list|@file>", "0.8,0.9,-inf,0.4, or a file: see below", { parse: logitRow }),
  ...optionalModelOptions(`default: "${BUNDLED}"; with --logits none: ids, no words`),
  ...conflicting("logits", engineOptions),
  option("--history <ids>", "with --logits, the tokens so far: 0,1,0,2 (default: none, or the file's)", {
    parse: tokenIds,
    conflicts: "prompt",
  }),
  option("--prompt-length <n>", "with --logits, how many of them are the prompt's (default: 0, or the file's)", {
    parse: wholeNumber(0),
    conflicts: "prompt",
  }),
  option("--greedy", "the most probable, after penalties and constraints"),
  option("--draws <n>", "draw so often, and count", { parse: wholeNumber(1, 100_000_000) }),
  option("--seed <n>", "of the draws, and of what acts by chance (default: 0)", { parse: wholeNumber(0) }),
  option("--json", "stdout holds one object alone"),
  chainOptions,
  option("--min-tokens <n>", "with --prompt: no end of the text if above 0", {
    parse: wholeNumber(0),
    conflicts: "logits",
  }),
  option("--forced-first <id>", "the first token generated", { parse: wholeNumber(0) }),
] as const;

export type SampleFlags = OptionsOf<typeof options>;

const HELP = `Give --prompt or --logits. With --prompt a model gives the logits, and the prompt's tokens are the history; the engine's
options and --min-tokens need it. With --logits, --model names a model whose tokenizer alone is read: tokens are shown as words, and
--banned and --dry-breaker take texts; without --model all of them are ids. --logits @x.safetensors reads the last row of the logits
that tsgpt logits wrote; the file's ids are the history and count as the prompt, unless --history is given. A file of any other name
holds a JSON array of numbers (null is -inf). Only the options typed are applied, in the dialect's order: no defaults.
${TEXT_HELP}

Each distribution is sorted: the most probable tokens (20, or 10 for each step of a chain), then the tail by ranks, many tokens to a
row (░). head: the number of tokens that hold 90% of the probability; tail: what the tokens not named hold; so far: cumulative.

Examples:
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --prompt "The king said" --temperature 1.5 --top-p 0.9
  $ tsgpt sample --logits @ours.safetensors --model fairytales --top-k 40
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --history 0,1,0,2,0,0 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt sample --logits @row.json --dialect hf --top-k 50 --top-p 0.9 --json
  $ tsgpt sample --logits 3,2,1,0 --dialect llama.cpp --min-p 0.2 --temperature 2 --draws 100000

--json: dialect, chain, history, initial, steps, top, probabilities (of every id) and, with --draws, draws. initial is the distribution
before the chain: kept (tokens), entropyBits, headSize, top (id and probability) and tail (ranks from and to, and probability). A step
has these for what it left, in top also given (the probability before it), and step, before (tokens), massRemoved and removed. top is
what the chain leaves. With --prompt or --model there are also model, and a text for each id or null; with --prompt the prompt too.`;

export const sample = command({
  name: "sample",
  summary: "show the next token's distribution, sorted, and what each step of a chain makes of it",
  arguments: [],
  options,
  help: HELP,
  action: sampleCommand,
});

/** Tokens named of a distribution: of one alone, and where each step of a chain has its own. */
const [ALONE, OF_SEVERAL] = [20, 10];

/** Runs the command. @throws CliError for a file that holds no logits, or for what the chain does not allow */
export async function sampleCommand(flags: SampleFlags): Promise<void> {
  const { draws: count, seed = 0 } = flags;
  const ids = flags.prompt === undefined && flags.model === undefined ? typedIds(flags) : {};
  const byChance = chainOf(flags, ids, { defaults: false }).some(({ type }) => type === "xtc");
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

/** Without a model, words cannot become ids. */
function typedIds({ banned, dryBreaker }: SampleFlags) {
  return { banned: banned?.map(idsOf("--banned")), dryBreakers: dryBreaker?.flatMap(idsOf("--dry-breaker")) };
}

function idsOf(option: string): (text: string) => number[] {
  return (text) => {
    try {
      return tokenIds(text);
    } catch {
      throw usageError(
        `${option} ${JSON.stringify(text)}: with --logits give token ids, 1,2,3; a text needs --prompt or --model`,
      );
    }
  };
}

function chainFor({ read, spelling, promptLength, logits }: Source, flags: SampleFlags): ChainSpec {
  if (!read) {
    const ids = spelling ? wordIds(flags, spelling, logits.length) : typedIds(flags);
    checkIds({ ...flags, ...ids }, logits.length);
    return chainOf(flags, ids, { defaults: false });
  }
  return resolveChain({ ...flags, maxTokens: Number.POSITIVE_INFINITY }, read.model, promptLength, { defaults: false });
}

/** A SamplingError is about what was typed, and names it so; or about the logits of a model. */
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

/** The probability of every token, 0 for those that are gone. [V] */
function inOrder({ candidates }: ChainResult, size: number): Float64Array {
  const all = new Float64Array(size);
  for (const [i, probability] of probabilities(candidates).entries()) all[candidates.ids[i] as number] = probability;
  return all;
}

/** With words, every token that is named has its text. */
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
  const spelt = { initial: text(initial), steps: steps.map(text), top: withText(tokenizer, { top }).top };
  return { model, ...(read && { prompt: read.prompt }), dialect, chain, history, ...spelt, ...rest };
}
