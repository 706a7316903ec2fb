/** The prompts of a file, one a line, generated as a batch: each as it would be alone, written in the order of the lines. */
import { cacheBytes, type FinishReason, type GeneratedToken, generateBatch, type Model } from "@tsgpt/gpt";
import { createSampler } from "@tsgpt/sampling";
import { readText } from "../input/text-argument.ts";
import { type GenerationFlags, MAX_TOKENS } from "../options/generation.ts";
import { resolveChain } from "../options/resolve-chain.ts";
import { type LinesOutput, type LinesReport, linesReport } from "../terminal/lines-report.ts";
import { type CompletionToken, completeText, fullText, type Prompt, promptOf } from "./completion.ts";
import { meanLogprob } from "./logprobs.ts";
import { type Filled, withModelDefaults } from "./model-defaults.ts";
import { recordingSampler, type TokenRecord } from "./recorder.ts";
import { resultAsJson } from "./result-json.ts";

export interface LinesTask {
  readonly model: Model;
  readonly flags: GenerationFlags;
  /** Of every line, as if it were alone. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly loadSeconds: number;
}

export interface LinesResult {
  readonly lines: number;
  readonly tokens: number;
  readonly failures: number;
  /** Lines that Ctrl-C left, which are not written. */
  readonly unfinished: number;
  readonly seconds: number;
  /** Of all KV caches that were there at once, at most. */
  readonly cacheBytes: number;
  /** The flags of the first line, completed by the model's generation config; undefined if none can be a prompt. */
  readonly first: Filled | undefined;
}

/** What a line asks for: its prompt, and the flags as they are for it alone. */
interface Asked extends Filled {
  readonly prompt: Prompt;
}

/** A line under way; times are in seconds. */
interface Line extends Asked {
  readonly records: TokenRecord[];
  readonly tokens: CompletionToken[];
  readonly start: number;
  firstAt?: number;
}

/** The lines of a file, without the one newline at its end: a blank one is an empty prompt. @throws CliError if it cannot be read */
export async function readLines(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/**
 * Generates all lines; what is wrong with one is written in its place, and the others go on.
 * @throws CliError for options that no line could be generated with
 */
export async function generateLines(
  task: LinesTask,
  lines: readonly string[],
  output: LinesOutput,
): Promise<LinesResult> {
  const { model, flags, signal } = task;
  resolveChain({ maxTokens: MAX_TOKENS, ...flags }, model, 1, { defaults: true }); // what is wrong with the options is said once
  const start = seconds();
  const report = linesReport(output, lines.length);
  const { asked, indices } = askedOf(task, lines, report.failed);
  const under = linesUnderWay(task);
  let unfinished = 0;
  const run = generateBatch(
    model,
    asked.map(({ prompt, flags: { maxTokens } }) => ({ prompt: prompt.ids, maxTokens })),
    {
      ...{ stop: flags.stop, ignoreEos: flags.ignoreEos, signal },
      sampleFor: (sequence) => under.begin(sequence, asked[sequence] as Asked),
      onHeldText: (text, sequence) => completeText(under.of(sequence).tokens, text),
      onEnd: (sequence, reason) => {
        const line = under.end(sequence) ?? newLine(asked[sequence] as Asked);
        if (reason === "abort") unfinished++;
        else report.done(indices[sequence] as number, shown(task, line, reason));
      },
      onError: (sequence, error) => {
        under.end(sequence);
        report.failed(indices[sequence] as number, error);
      },
    },
  );
  for await (const { sequence, token } of run) {
    under.take(sequence, token);
    report.token();
  }
  report.close();
  const { tokens, failures } = report;
  const counts = { lines: lines.length, tokens, failures, unfinished };
  return { ...counts, seconds: seconds() - start, cacheBytes: under.cacheBytes(), first: asked[0] };
}

/** What the lines ask for that can be a prompt, and which line each is. */
function askedOf({ model, flags }: LinesTask, lines: readonly string[], failed: LinesReport["failed"]) {
  const asked: Asked[] = [];
  const indices: number[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      const prompt = promptOf(model, line);
      asked.push({ prompt, ...withModelDefaults(flags, model, "sample", prompt.ids.length) });
      indices.push(index);
    } catch (error) {
      failed(index, error);
    }
  }
  return { asked, indices };
}

/** The lines whose tokens are coming, by the number of their sequence. */
function linesUnderWay({ model, seed }: LinesTask) {
  const lines = new Map<number, Line>();
  const { config } = model;
  const bytesOf = ({ prompt: { ids }, flags: { maxTokens } }: Line) =>
    cacheBytes(config, Math.min(config.nPositions, ids.length + maxTokens));
  let most = 0;
  const of = (sequence: number) => lines.get(sequence) as Line;
  return {
    of,
    begin: (sequence: number, asked: Asked) => {
      const line = newLine(asked);
      const { prompt, flags } = asked;
      lines.set(sequence, line);
      most = Math.max(
        most,
        [...lines.values()].map(bytesOf).reduce((sum, bytes) => sum + bytes, 0),
      );
      const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
      return recordingSampler(createSampler(chain, { seed }), flags, line.records);
    },
    take: (sequence: number, token: GeneratedToken) => {
      const line = of(sequence);
      line.firstAt ??= seconds();
      line.tokens.push({ ...token, ...line.records[line.tokens.length] });
    },
    end: (sequence: number): Line | undefined => {
      const line = lines.get(sequence);
      lines.delete(sequence);
      return line;
    },
    cacheBytes: () => most,
  };
}

function newLine(asked: Asked): Line {
  return { ...asked, records: [], tokens: [], start: seconds() };
}

/** The prompt and its continuation, or the object that generate --json gives. */
function shown({ model, flags, seed, loadSeconds }: LinesTask, line: Line, finishReason: FinishReason): string {
  const { prompt, tokens, start, firstAt = start } = line;
  if (!flags.json) return fullText(model, prompt, tokens);
  const completions = [{ tokens, finishReason, score: meanLogprob(tokens) }];
  const result = { completions, prefillSeconds: firstAt - start, decodeSeconds: seconds() - firstAt, cacheBytes: 0 };
  return resultAsJson({ model, strategy: "sample", prompt, seed, result, loadSeconds });
}

function seconds(): number {
  return performance.now() / 1000;
}
