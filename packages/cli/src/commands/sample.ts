/** tsgpt sample: the next token's distribution, of a prompt or of given logits, and what each step of a chain makes of it. */
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
import { type ChainFlags, chainOf, flagName } from "../chain-flags.ts";
import { CliError, usageError } from "../cli-error.ts";
import { type Draws, drawCounts } from "../draw-counts.ts";
import { readSource, type Source, type SourceFlags, spellingOf } from "../logit-source.ts";
import { tokenIds } from "../option-values.ts";
import { checkIds, resolveChain, wordIds } from "../resolve-chain.ts";
import { describeSample } from "../sample-report.ts";
import { withText } from "../token-text.ts";

export interface SampleFlags extends ChainFlags, SourceFlags {
  readonly minTokens?: number;
  readonly draws?: number;
  readonly seed?: number;
  readonly json?: boolean;
}

/** Tokens named of a distribution: of one alone, and where each step of a chain has its own. */
const [ALONE, OF_SEVERAL] = [20, 10];

/** Runs the command. @throws CliError for a file that holds no logits, or for what the chain does not allow */
export async function sampleCommand(flags: SampleFlags): Promise<void> {
  const { draws: count, seed = 0 } = flags;
  const ids = flags.prompt === undefined && flags.model === undefined ? typedIds(flags) : {};
  const byChance = isRandom(chainOf(flags, ids, { defaults: false }));
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
