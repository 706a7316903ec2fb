/** tsgpt generate: continues a prompt; streams the text, or prints one JSON object. */
import type { Model } from "@tsgpt/gpt";
import { usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { promptOf } from "../generate/completion.ts";
import { decode } from "../generate/decode.ts";
import { generateLines, readLines } from "../generate/generate-lines.ts";
import { describeDefaults, noteUnapplied, withModelDefaults } from "../generate/model-defaults.ts";
import { resultAsJson } from "../generate/result-json.ts";
import { checkDraws, checkFile, drawsByChance, type Strategy, strategyOf } from "../generate/strategy.ts";
import { readStdin } from "../input/read-stdin.ts";
import { typedText } from "../input/text-argument.ts";
import { randomSeed } from "../library/random-seed.ts";
import { type FoundModel, findModel, localFolder } from "../model/find-model.ts";
import { type LoadedModel, loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { chainOf } from "../options/chain-flags.ts";
import { engineOptions } from "../options/engine.ts";
import { outputOptions, samplingOptions, strategyOptions, textOptions } from "../options/generation.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { path, tokenIds } from "../options/values.ts";
import { ask } from "../terminal/ask.ts";
import { describeEngine, summary, summaryOfLines } from "../terminal/generate-report.ts";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";
import { printed } from "../terminal/printed.ts";

const options = [
  ...modelOptions,
  ...engineOptions,
  ...textOptions,
  option("--tokens <ids>", "the prompt as token ids: 1,2,3", { parse: tokenIds }),
  option("--file <path>", "a file with one prompt per line, generated as a batch; a blank line is an empty prompt", {
    parse: path,
  }),
  ...outputOptions,
  ...samplingOptions,
  ...strategyOptions,
] as const;

type GenerateFlags = OptionsOf<typeof options>;

const HELP = `Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt generate "Once upon a time" --top-p 0.9 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt generate "The king" --dialect llama.cpp --min-p 0.1 --trace-sampling --max-tokens 5
  $ tsgpt generate "The king" --beams 4 --num-return 2 --no-repeat-ngram 3
  $ tsgpt generate "The king" --num-samples 3 --seed 1 --json
  $ echo "The king" | tsgpt generate --greedy --prompt-lookup
  $ tsgpt generate "Alan Turing theorized that" --model gpt2
  $ tsgpt generate @beginning.txt --max-tokens 50
  $ tsgpt generate --file prompts.txt --seed 1 --json

${TEXT_HELP}

--dialect: omitted options use the dialect's defaults: lecture top-p 0.9; hf top-k 50; llama.cpp top-k 40, top-p 0.95,
min-p 0.05, temperature 0.8, penalties over the last 64 tokens; openai none. The neutral value disables a step. Under
lecture the frequency and presence penalties divide logits (1 is off, 1.1 to 1.2 is light); elsewhere they are
subtracted (0 is off, range -2 to 2). docs/sampling.md has the rule of each step. With --dialect hf, the model's
generation_config.json replaces these defaults (--verbose shows it): penalties, constraints, lengths and truncation;
do_sample false means --greedy unless an option requires draws. Its end-of-text tokens apply in every dialect, and of
the default model, fairytales, its top-p too, instead of the dialect's.

--banned takes token ids (1,2,3) or a text, which is banned both as it is and after a space; to ban digits as a text,
quote them twice ('"12"'). --dry-breaker takes the same, and applies to every token that contains the text; the
default is newline, colon, quotation mark and asterisk, and none disables it. --beams and --penalty-alpha accept
penalties and constraints, but no option that draws. Sample i of --num-samples uses the seed plus i.

--json: the texts of the tokens, joined, are the generated text; a token that completes no character, or may begin a
stop string, has the text "". logprob: the natural logarithm of the probability under the raw logits. With --beams or
--num-samples, sequences holds all completions. Their score is the mean logprob of a sample; of a beam it is the sum
of the log-probabilities after penalties and constraints, over length^a. --logprobs adds topLogprobs to each token,
--trace-sampling adds probability, initial and steps (see tsgpt sample --help), --draft-model and --prompt-lookup add
speculation. tokensPerSecond: generated tokens over prefillSeconds + decodeSeconds; the latter is the whole time of a
beam search.

--file: each line is continued as it would be alone with the same options and seed. Its object is the one of --json,
in the order of the lines; timings include the other lines of the batch. An invalid line gives {"line": N, "error":
"..."}, or without --json a message on stderr; the other lines continue, and the exit code is 1. After Ctrl-C the
finished lines are written.`;

export const generate = command({
  name: "generate",
  summary: "continue a prompt, token by token",
  arguments: [["[prompt]", "text to continue, or @file; default: stdin, or prompts typed on a terminal"]],
  options,
  help: HELP,
  action: generateCommand,
});

interface Session {
  readonly model: LoadedModel;
  readonly draft: Model | undefined;
  readonly flags: GenerateFlags;
  readonly strategy: Strategy;
  /** Whether tokens are drawn at random, so that the seed matters. */
  readonly byChance: boolean;
  readonly loadSeconds: number;
}

/** Runs the command. @throws CliError for options that contradict each other, and what loading and generation throw */
async function generateCommand(text: string | undefined, flags: GenerateFlags): Promise<void> {
  if (text !== undefined && flags.tokens) {
    throw usageError("give a prompt or --tokens, not both; ids are separated by commas: --tokens 1,2,3");
  }
  if (flags.file !== undefined) checkFile(text, flags);
  const asking = text === undefined && !flags.tokens && flags.file === undefined && process.stdin.isTTY;
  if (asking && flags.json) throw usageError("--json needs a prompt: as an argument, by --tokens, or through stdin");
  const strategy = strategyOf(flags);
  const chain = chainOf(flags, {}, { defaults: strategy !== "beams" }); // errors are reported before anything is loaded
  checkDraws(flags, chain);
  const { signal } = interruption();
  const typed = text === undefined ? undefined : await typedText(text);
  const lines = flags.file === undefined ? undefined : await readLines(flags.file);
  const how = { flags, strategy, byChance: drawsByChance(strategy, chain) };
  const session = { ...how, ...(await load(flags, signal)) };
  const isInterrupted = lines
    ? await answerLines(session, lines, signal)
    : asking
      ? await converse(session)
      : await answerOnce(session, typed, signal);
  if (isInterrupted) process.exitCode = INTERRUPTED;
  process.stdin.pause(); // an open terminal would keep the process alive
}

/** Asks for prompts on the terminal. True if Ctrl-C ended it. */
function converse(session: Session): Promise<boolean> {
  const terminal = { input: process.stdin, output: process.stderr };
  return ask(terminal, interruption, async (line, signal) => generateOne(session, await typedText(line), signal));
}

/** True if Ctrl-C ended it. */
async function answerOnce(session: Session, typed: string | undefined, signal: AbortSignal): Promise<boolean> {
  await generateOne(session, session.flags.tokens ?? typed ?? (await readStdin(signal)), signal);
  return signal.aborted;
}

/** True if Ctrl-C ended it; the exit code is 1 if a line could not be generated. */
async function answerLines(session: Session, lines: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { flags, byChance, model } = session;
  const seed = flags.seed ?? randomSeed();
  const write = (text: string) => void process.stdout.write(text);
  const output = { json: flags.json === true, write, terminal: process.stderr, showProgress: !flags.quiet };
  const result = await generateLines({ ...session, seed, signal }, lines, output);
  if (result.failures > 0) process.exitCode = 1;
  const { flags: filled, applied } = result.first ?? { flags, applied: [] };
  await printed();
  if (flags.verbose) process.stderr.write(describeEngine(model, result) + describeDefaults(model, filled, applied));
  if (!flags.quiet) process.stderr.write(summaryOfLines(result, byChance && !filled.greedy ? seed : undefined));
  return signal.aborted;
}

async function load(
  flags: GenerateFlags,
  signal: AbortSignal,
): Promise<Pick<Session, "model" | "draft" | "loadSeconds">> {
  const found = await findModel(flags, signal);
  const draftFound = flags.draftModel === undefined ? undefined : await findDraft(flags.draftModel, flags, signal);
  const start = performance.now();
  const engine = await makeEngine(flags);
  const model = await loadFound(found, engine, flags.dtype, signal);
  noteUnapplied(model, flags);
  const draft = draftFound && (await loadFound(draftFound, engine, flags.dtype, signal));
  return { model, draft, loadSeconds: (performance.now() - start) / 1000 };
}

/** The draft model, from the same cache; --revision applies to the other model only. */
function findDraft(model: string, { offline, cacheDir }: GenerateFlags, signal: AbortSignal): Promise<FoundModel> {
  const local = localFolder({ model }) !== undefined;
  return findModel({ model, ...(!local && { offline, cacheDir }) }, signal);
}

async function generateOne(session: Session, given: string | readonly number[], signal: AbortSignal): Promise<void> {
  const { model, strategy } = session;
  const prompt = promptOf(model, given);
  const { flags, applied } = withModelDefaults(session.flags, model, strategy, prompt.ids.length);
  const seed = flags.seed ?? randomSeed();
  const write = (piece: string) => void (flags.json || process.stdout.write(piece));
  const result = await decode[strategy]({ ...session, flags, prompt, seed, signal, write, heldTexts: [] });
  if (flags.json) process.stdout.write(`${resultAsJson({ ...session, prompt, seed, result })}\n`);
  await printed();
  if (flags.verbose) process.stderr.write(describeEngine(model, result) + describeDefaults(model, flags, applied));
  if (!flags.quiet) process.stderr.write(summary(result, session.byChance && !flags.greedy ? seed : undefined));
}
