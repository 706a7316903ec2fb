/** tsgpt generate: the prompt and its continuation, streamed, or one JSON object. */
import { type Model, weightBytes } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { ask } from "../ask.ts";
import { chainOf } from "../chain-flags.ts";
import { usageError } from "../cli-error.ts";
import type { EngineFlags } from "../declare/engine-options.ts";
import { type FoundModel, findModel, localFolder, type ModelFlags } from "../find-model.ts";
import { INTERRUPTED, type Interruption, interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { makeEngine } from "../make-engine.ts";
import { readStdin, withoutFinalNewline } from "../read-stdin.ts";
import type { ResolvedFlags } from "../resolve-chain.ts";
import { promptOf, type StoryToken, tokensPerSecond } from "../story.ts";
import { checkDraws, type Strategy, strategyOf } from "../strategy.ts";
import { type Speculation, type Told, tell } from "../tell.ts";
import { tokenText } from "../token-text.ts";

export interface GenerateFlags extends EngineFlags, ModelFlags, ResolvedFlags {
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly cache: boolean;
  /** What strategy.ts calls --no-cache. */
  readonly noCache?: undefined;
  readonly tokens?: readonly number[];
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
  readonly signal: AbortSignal;
  readonly loadSeconds: number;
}

/** Runs the command. @throws CliError for options that contradict, and what loading and generation throw */
export async function generateCommand(text: string | undefined, flags: GenerateFlags): Promise<void> {
  if (text !== undefined && flags.tokens) throw usageError("give a prompt or --tokens, not both");
  const asking = text === undefined && !flags.tokens && process.stdin.isTTY;
  if (asking && flags.json) throw usageError("--json needs a prompt: as an argument, by --tokens, or through stdin");
  const strategy = strategyOf(flags);
  const chain = chainOf(flags, {}, { defaults: strategy !== "beams" }); // what is wrong is said before anything is loaded
  checkDraws(flags, chain);
  const interrupted = interruption();
  const session = await begin(flags, strategy, interrupted);
  const answer = (given: string | readonly number[]) => generateOne(session, given);
  if (asking) await ask({ input: process.stdin, output: process.stderr }, interrupted, answer);
  else await answer(flags.tokens ?? text ?? withoutFinalNewline(await readStdin(session.signal)));
  if (session.signal.aborted) process.exitCode = INTERRUPTED;
  process.stdin.pause(); // an open terminal would keep the process
}

async function begin(flags: GenerateFlags, strategy: Strategy, { signal }: Interruption): Promise<Session> {
  const found = await findModel(flags, signal);
  const draftFound = flags.draftModel === undefined ? undefined : await findDraft(flags.draftModel, flags, signal);
  const start = performance.now();
  const engine = await makeEngine(flags);
  const load = ({ folder, name }: FoundModel) =>
    withLoadProgress((onProgress) => loadModel(folder, { name, engine, dtype: flags.dtype, signal, onProgress }));
  const model = await load(found);
  const draft = draftFound && (await load(draftFound));
  return { model, draft, flags, strategy, signal, loadSeconds: (performance.now() - start) / 1000 };
}

/** The draft model, by the same cache; --revision is the other model's. */
function findDraft(model: string, { offline, cacheDir }: GenerateFlags, signal: AbortSignal): Promise<FoundModel> {
  const local = localFolder({ model }) !== undefined;
  return findModel({ model, ...(!local && { offline, cacheDir }) }, signal);
}

async function generateOne(session: Session, given: string | readonly number[]): Promise<void> {
  const { model, flags, strategy } = session;
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 32);
  const prompt = promptOf(model, given);
  const write = (piece: string) => void (flags.json || process.stdout.write(piece));
  const told = await tell[strategy]({ ...session, prompt, seed, write });
  if (flags.json) {
    const drawn = strategy === "beams" || strategy === "contrastive" ? {} : { seed };
    const { text, ids } = prompt;
    const head = { model: model.name, prompt: text, promptTokens: ids };
    process.stdout.write(
      `${JSON.stringify({ ...head, ...storiesAsJson(session, told), ...drawn, ...timings(session, told) })}\n`,
    );
  }
  if (flags.verbose) process.stderr.write(describeEngine(model, told));
  if (!flags.quiet) process.stderr.write(summary(told));
}

/** One line on the tokens and their time, and one on proposals. */
function summary(told: Told): string {
  const { stories, prefillSeconds, decodeSeconds, speculation } = told;
  const count = stories.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const seconds = (prefillSeconds + decodeSeconds).toFixed(2);
  const line = `${count} ${count === 1 ? "token" : "tokens"}, ${seconds} s, ${tokensPerSecond(count, told).toFixed(1)} tokens/s\n`;
  return speculation ? line + describeSpeculation(speculation) : line;
}

function describeSpeculation({ proposed, accepted, acceptanceRate, tokensPerForward, speedUp }: Speculation): string {
  const rate = `${accepted} of ${proposed} proposals accepted (${(100 * acceptanceRate).toFixed(0)}%)`;
  const gain = speedUp === undefined ? "" : `, ${speedUp.toFixed(2)} times as fast as without`;
  return `${rate}, ${tokensPerForward.toFixed(2)} tokens a pass${gain}\n`;
}

/** What each part takes, and what an engine with a memory of its own has taken from the machine for them and for staging. */
function describeEngine(model: Model, { cacheBytes }: Told): string {
  const { kernelSet, threads, arenaBytes, memory } = model.engine;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = `${model.parameters.wte.dtype} weights ${megabytes(weightBytes(model))}, cache ${megabytes(cacheBytes)}, arena ${megabytes(arenaBytes)}`;
  const held = memory ? `, in a memory of ${megabytes(memory.heldBytes)}` : "";
  return `${kernelSet} kernels, ${threads} ${threads === 1 ? "thread" : "threads"}; ${parts}${held}\n`;
}

/** The best or first story at the top, and where several were asked for, all of them with their scores. */
function storiesAsJson({ model, strategy }: Session, { stories, speculation }: Told) {
  const sequences = stories.map(({ tokens, finishReason, score }) => ({
    tokens: tokens.map((token) => tokenAsJson(model, token)),
    text: model.tokenizer ? tokens.map(({ text }) => text).join("") : null,
    score,
    finishReason,
  }));
  const first = sequences[0];
  const top = { tokens: first?.tokens ?? [], text: first?.text ?? null, finishReason: first?.finishReason };
  const several = strategy === "beams" || strategy === "samples";
  return { ...top, ...(several && { sequences }), ...(speculation && { speculation }) };
}

function tokenAsJson({ tokenizer }: Model, { id, text, logprob, topLogprobs, probability, steps }: StoryToken) {
  const shown = { id, text: tokenizer ? text : null, logprob };
  const top = topLogprobs?.map(({ id, logprob }) => ({ id, text: tokenText(tokenizer, id) ?? null, logprob }));
  return { ...shown, ...(top && { topLogprobs: top }), ...(steps && { probability, steps }) };
}

function timings({ loadSeconds }: Session, told: Told) {
  const { prefillSeconds, decodeSeconds } = told;
  const count = told.stories.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return { timings: { loadSeconds, prefillSeconds, decodeSeconds, tokensPerSecond: tokensPerSecond(count, told) } };
}
