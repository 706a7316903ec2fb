/** tsgpt generate: the prompt and its continuation, streamed, or one JSON object. */
import { type Model, weightBytes } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { answerAsJson } from "../answer-json.ts";
import { ask } from "../ask.ts";
import { chainOf } from "../chain-flags.ts";
import { usageError } from "../cli-error.ts";
import { counted } from "../counted.ts";
import type { EngineFlags } from "../declare/engine-options.ts";
import { type FoundModel, findModel, localFolder, type ModelFlags } from "../find-model.ts";
import { generateLines, type LinesTold, readLines } from "../generate-lines.ts";
import { INTERRUPTED, interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { makeEngine } from "../make-engine.ts";
import { describeDefaults, noteUnapplied, withModelDefaults } from "../model-defaults.ts";
import { note } from "../note.ts";
import { readStdin } from "../read-stdin.ts";
import type { ResolvedFlags } from "../resolve-chain.ts";
import { promptOf, tokensPerSecond } from "../story.ts";
import { checkDraws, checkFile, drawsByChance, type Strategy, strategyOf } from "../strategy.ts";
import { type Speculation, type Told, tell } from "../tell.ts";
import { typedText } from "../text-argument.ts";

export interface GenerateFlags extends EngineFlags, ModelFlags, ResolvedFlags {
  /** Whether --max-tokens was typed. */
  readonly hasLength?: boolean;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly cache: boolean;
  /** What strategy.ts calls --no-cache. */
  readonly noCache?: undefined;
  readonly tokens?: readonly number[];
  readonly file?: string;
  readonly ignoreEos?: boolean;
  readonly numSamples?: number;
  readonly beams?: number;
  readonly lengthPenalty?: number;
  readonly numReturn?: number;
  readonly draftModel?: string;
  readonly promptLookup?: boolean;
  readonly proposals?: number;
  readonly penaltyAlpha?: number;
  readonly logprobs?: number;
  readonly traceSampling?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

interface Session {
  readonly model: Model;
  readonly draft: Model | undefined;
  readonly flags: GenerateFlags;
  readonly strategy: Strategy;
  /** Whether tokens are drawn by chance, so that the seed matters. */
  readonly byChance: boolean;
  readonly loadSeconds: number;
}

/** Runs the command. @throws CliError for options that contradict, and what loading and generation throw */
export async function generateCommand(text: string | undefined, flags: GenerateFlags): Promise<void> {
  if (text !== undefined && flags.tokens) {
    throw usageError("give a prompt or --tokens, not both; ids are separated by commas: --tokens 1,2,3");
  }
  if (flags.file !== undefined) checkFile(text, flags);
  const asking = text === undefined && !flags.tokens && flags.file === undefined && process.stdin.isTTY;
  if (asking && flags.json) throw usageError("--json needs a prompt: as an argument, by --tokens, or through stdin");
  const strategy = strategyOf(flags);
  const chain = chainOf(flags, {}, { defaults: strategy !== "beams" }); // what is wrong is said before anything is loaded
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
  process.stdin.pause(); // an open terminal would keep the process
}

/** True if Ctrl-C ended it. */
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
  const told = await generateLines({ ...session, seed, signal }, lines, output);
  if (told.failures > 0) process.exitCode = 1;
  const { flags: filled, applied } = told.first ?? { flags, applied: [] };
  if (flags.verbose) process.stderr.write(describeEngine(model, told) + describeDefaults(model, filled, applied));
  if (!flags.quiet) process.stderr.write(summaryOfLines(told, byChance && !filled.greedy ? seed : undefined));
  return signal.aborted;
}

function randomSeed(): number {
  return Math.floor(Math.random() * 2 ** 32);
}

async function load(
  flags: GenerateFlags,
  signal: AbortSignal,
): Promise<Pick<Session, "model" | "draft" | "loadSeconds">> {
  const found = await findModel(flags, signal);
  const draftFound = flags.draftModel === undefined ? undefined : await findDraft(flags.draftModel, flags, signal);
  const start = performance.now();
  const engine = await makeEngine(flags);
  const loadFound = ({ folder, name }: FoundModel) =>
    withLoadProgress((onProgress) =>
      loadModel(folder, { name, engine, dtype: flags.dtype, signal, onProgress, onNote: note }),
    );
  const model = await loadFound(found);
  noteUnapplied(model, flags);
  const draft = draftFound && (await loadFound(draftFound));
  return { model, draft, loadSeconds: (performance.now() - start) / 1000 };
}

/** The draft model, by the same cache; --revision is the other model's. */
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
  const told = await tell[strategy]({ ...session, flags, prompt, seed, signal, write, heldTexts: [] });
  if (flags.json) process.stdout.write(`${answerAsJson({ ...session, prompt, seed, told })}\n`);
  if (flags.verbose) process.stderr.write(describeEngine(model, told) + describeDefaults(model, flags, applied));
  if (!flags.quiet) process.stderr.write(summary(told, session.byChance && !flags.greedy ? seed : undefined));
}

/** One line on the tokens, their time and the seed they were drawn with, and one on proposals. */
function summary(told: Told, seed: number | undefined): string {
  const { stories, prefillSeconds, decodeSeconds, speculation } = told;
  const count = stories.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const seconds = (prefillSeconds + decodeSeconds).toFixed(2);
  const speed = `${tokensPerSecond(count, told).toFixed(1)} tokens/s`;
  const drawn = stories.filter(({ tokens }) => tokens.length > 0).length;
  const line = `${counted(count, "token")}, ${seconds} s, ${speed}${describeSeed(seed, drawn)}\n`;
  return speculation ? line + describeSpeculation(speculation) : line;
}

/** One line: the lines and their tokens, the time, the seed, and what is missing. */
function summaryOfLines({ lines, tokens, failures, unfinished, seconds }: LinesTold, seed: number | undefined): string {
  const counts = `${lines} ${lines === 1 ? "line" : "lines"}, ${tokens} ${tokens === 1 ? "token" : "tokens"}`;
  const speed = `${seconds.toFixed(2)} s, ${(seconds > 0 ? tokens / seconds : 0).toFixed(1)} tokens/s`;
  const missing = (failures > 0 ? `, ${failures} failed` : "") + (unfinished > 0 ? `, ${unfinished} not finished` : "");
  return `${counts}, ${speed}${describeSeed(seed, Math.min(1, tokens))}${missing}\n`;
}

/** Nothing where nothing was drawn; sample number i of `drawn` has the seed plus i. */
function describeSeed(seed: number | undefined, drawn: number): string {
  if (seed === undefined || drawn === 0) return "";
  return drawn === 1 ? `, seed ${seed}` : `, seeds ${seed} to ${seed + drawn - 1}`;
}

function describeSpeculation({ proposed, accepted, acceptanceRate, tokensPerForward, speedUp }: Speculation): string {
  const rate = `${accepted} of ${proposed} proposals accepted (${(100 * acceptanceRate).toFixed(0)}%)`;
  const gain = speedUp === undefined ? "" : `, ${speedUp.toFixed(2)} times as fast as without`;
  return `${rate}, ${tokensPerForward.toFixed(2)} tokens a pass${gain}\n`;
}

/** What each part takes, and what an engine with a memory of its own has taken from the machine for them and for staging. */
function describeEngine(model: Model, { cacheBytes }: Pick<Told, "cacheBytes">): string {
  const { kernelSet, threads, arenaBytes, memory } = model.engine;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = `${model.parameters.wte.dtype} weights ${megabytes(weightBytes(model))}, cache ${megabytes(cacheBytes)}, arena ${megabytes(arenaBytes)}`;
  const held = memory ? `, in a memory of ${megabytes(memory.heldBytes)}` : "";
  return `${kernelSet} kernels, ${counted(threads, "thread")}; ${parts}${held}\n`;
}
