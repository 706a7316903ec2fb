/** tsgpt generate: the prompt and its continuation, streamed, or one JSON object. */
import { type Model, weightBytes } from "@tsgpt/gpt";
import { loadModel } from "@tsgpt/gpt/node";
import { createSampler, presetChain } from "@tsgpt/sampling";
import { createEngine, type EngineOptions } from "@tsgpt/tensor";
import { ask } from "../ask.ts";
import { usageError } from "../cli-error.ts";
import { INTERRUPTED, interruption } from "../interruption.ts";
import { withLoadProgress } from "../load-progress.ts";
import { modelFolder } from "../model-folder.ts";
import { readStdin, withoutFinalNewline } from "../read-stdin.ts";
import { type Story, tell, tokensPerSecond } from "../story.ts";

export interface GenerateFlags extends EngineOptions {
  readonly model: string;
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly frequencyPenalty: number;
  readonly presencePenalty: number;
  readonly greedy?: boolean;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly cache: boolean;
  readonly tokens?: readonly number[];
  readonly ignoreEos?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Runs the command. @throws CliError for options that contradict, and what loading and generation throw */
export async function generateCommand(text: string | undefined, flags: GenerateFlags): Promise<void> {
  if (text !== undefined && flags.tokens) throw usageError("give a prompt or --tokens, not both");
  const asking = text === undefined && !flags.tokens && process.stdin.isTTY;
  if (asking && flags.json) throw usageError("--json needs a prompt: as an argument, by --tokens, or through stdin");
  const interrupted = interruption();
  const { signal } = interrupted;
  const start = performance.now();
  const engine = await createEngine(flags);
  const model = await withLoadProgress((onProgress) =>
    loadModel(modelFolder(flags.model), { engine, signal, onProgress }),
  );
  const loadSeconds = (performance.now() - start) / 1000;
  const answer = async (given: string | readonly number[]) => {
    await generateOne(model, given, flags, signal, loadSeconds);
  };
  if (asking) await ask({ input: process.stdin, output: process.stderr }, interrupted, answer);
  else await answer(flags.tokens ?? text ?? withoutFinalNewline(await readStdin(signal)));
  if (signal.aborted) process.exitCode = INTERRUPTED;
  process.stdin.pause(); // an open terminal would keep the process
}

async function generateOne(
  model: Model,
  given: string | readonly number[],
  flags: GenerateFlags,
  signal: AbortSignal,
  loadSeconds: number,
): Promise<void> {
  const seed = flags.seed ?? Math.floor(Math.random() * 2 ** 32);
  const story = await tell(model, given, {
    sample: createSampler(chainOf(flags), { seed }),
    maxTokens: flags.maxTokens,
    stop: flags.stop,
    ignoreEos: flags.ignoreEos,
    useCache: flags.cache,
    signal,
    write: (piece) => void (flags.json || process.stdout.write(piece)),
  });
  if (flags.json) process.stdout.write(`${JSON.stringify(asJson(model, story, seed, loadSeconds))}\n`);
  if (flags.verbose) process.stderr.write(describeEngine(model, story));
  if (!flags.quiet) {
    const seconds = (story.prefillSeconds + story.decodeSeconds).toFixed(2);
    process.stderr.write(
      `${story.tokens.length} tokens, ${seconds} s, ${tokensPerSecond(story).toFixed(1)} tokens/s\n`,
    );
  }
}

/** What each part takes, and what an engine with a memory of its own has taken from the machine for them and for staging. */
function describeEngine(model: Model, { cacheBytes }: Story): string {
  const { kernelSet, threads, arenaBytes, memory } = model.engine;
  const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  const parts = `weights ${megabytes(weightBytes(model))}, cache ${megabytes(cacheBytes)}, arena ${megabytes(arenaBytes)}`;
  const held = memory ? `, in a memory of ${megabytes(memory.heldBytes)}` : "";
  return `${kernelSet} kernels, ${threads} ${threads === 1 ? "thread" : "threads"}; ${parts}${held}\n`;
}

function asJson(model: Model, story: Story, seed: number, loadSeconds: number) {
  const { prompt, promptTokens, finishReason, prefillSeconds, decodeSeconds } = story;
  const shown = (text: string) => (model.tokenizer ? text : null);
  return {
    model: model.name,
    prompt,
    promptTokens,
    tokens: story.tokens.map(({ id, text, logprob }) => ({ id, text: shown(text), logprob })),
    text: shown(story.tokens.map(({ text }) => text).join("")),
    finishReason,
    seed,
    timings: { loadSeconds, prefillSeconds, decodeSeconds, tokensPerSecond: tokensPerSecond(story) },
  };
}

function chainOf({ temperature, topK, topP, frequencyPenalty, presencePenalty, greedy }: GenerateFlags) {
  return presetChain("deck", { temperature, topK, topP, frequencyPenalty, presencePenalty, greedy });
}
