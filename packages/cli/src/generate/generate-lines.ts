/**
 * generate --file: one prompt per line, generated as a batch, each with the same result as alone, in the order of
 * lines.
 */
import { cacheBytes, type FinishReason, type GeneratedToken, generateBatch } from "@tsgpt/gpt";
import { createSampler, createWorkspace } from "@tsgpt/sampling";
import { readText } from "../input/text-argument.ts";
import { MAX_TOKENS } from "../library/generate.ts";
import type { LoadedModel } from "../model/load-model.ts";
import type { GenerationFlags } from "../options/generation.ts";
import { resolveChain } from "../options/resolve-chain.ts";
import { type LinesOutput, linesReport } from "../terminal/lines-report.ts";
import { type CompletionToken, completeText, fullText, type Prompt, promptOf } from "./completion.ts";
import type { DecodeResult } from "./decode.ts";
import { meanLogprob } from "./logprobs.ts";
import { type Filled, withModelDefaults } from "./model-defaults.ts";
import { recordingSampler, type TokenRecord } from "./recorder.ts";
import { resultAsJson } from "./result-json.ts";

export interface LinesTask {
  readonly model: LoadedModel;
  readonly flags: GenerationFlags;
  /** The seed of every line. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly loadSeconds: number;
}

export interface LinesResult {
  readonly lines: number;
  readonly tokens: number;
  readonly failures: number;
  /** Lines interrupted by Ctrl-C, which are not written. */
  readonly unfinished: number;
  readonly seconds: number;
  /** The most bytes of KV caches at any one time. */
  readonly cacheBytes: number;
  /** The flags of the first valid line, with the model's defaults; undefined if no line is valid. */
  readonly first: Filled | undefined;
}

/** A valid line: its prompt, and its flags with the model's defaults. */
interface ValidLine extends Filled {
  readonly prompt: Prompt;
}

/** A line being generated; times are in seconds. */
interface Line extends ValidLine {
  readonly records: TokenRecord[];
  readonly tokens: CompletionToken[];
  readonly start: number;
  firstAt?: number;
}

/**
 * The lines of a file without its final newline; a blank line is an empty prompt. @throws CliError if it cannot be
 * read
 */
export async function readLines(path: string): Promise<string[]> {
  const lines = (await readText(path)).split(/\r?\n/);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/**
 * Generates all lines; an error of one line is written in its place, and the others continue.
 * @throws CliError for options that are wrong for every line
 */
export async function generateLines(
  task: LinesTask,
  lines: readonly string[],
  output: LinesOutput,
): Promise<LinesResult> {
  const start = seconds();
  const report = linesReport(output, lines.length);
  const continued = await continueLines(task, lines, {
    done: (index, line) => report.done(index, lineText(task, line)),
    failed: report.failed,
    token: report.token,
  });
  report.close();
  const { tokens, failures } = report;
  return { ...continued, lines: lines.length, tokens, failures, seconds: seconds() - start };
}

/** A line that has ended. */
interface EndedLine {
  readonly prompt: Prompt;
  readonly result: DecodeResult;
}

/** Takes what happens to each line, by its index. */
export interface LineHandlers {
  done(index: number, line: EndedLine): void;
  failed(index: number, error: unknown): void;
  token(index: number, token: GeneratedToken): void;
}

/**
 * Continues all lines as a batch; each ends with `done` or `failed`, unless Ctrl-C interrupts it.
 * @throws CliError for options that are wrong for every line
 */
export async function continueLines(
  task: LinesTask,
  lines: readonly string[],
  handlers: LineHandlers,
): Promise<Pick<LinesResult, "unfinished" | "cacheBytes" | "first">> {
  const { model, flags, signal } = task;
  resolveChain({ maxTokens: MAX_TOKENS, ...flags }, model, 1, { defaults: true }); // a wrong option is reported once
  const { valid, indices } = validLines(task, lines, handlers.failed);
  const progress = linesInProgress(task);
  let unfinished = 0;
  const run = generateBatch(
    model,
    valid.map(({ prompt, flags: { maxTokens } }) => ({ prompt: prompt.ids, maxTokens })),
    {
      ...{ stop: flags.stop, ignoreEos: flags.ignoreEos, signal },
      sampleFor: (sequence) => progress.begin(sequence, valid[sequence] as ValidLine),
      onHeldText: (text, sequence) => completeText(progress.of(sequence).tokens, text),
      onEnd: (sequence, reason) => {
        const line = progress.end(sequence) ?? newLine(valid[sequence] as ValidLine);
        if (reason === "abort") unfinished++;
        else handlers.done(indices[sequence] as number, ended(line, reason));
      },
      onError: (sequence, error) => {
        progress.end(sequence);
        handlers.failed(indices[sequence] as number, error);
      },
    },
  );
  for await (const { sequence, token } of run) {
    progress.take(sequence, token);
    handlers.token(indices[sequence] as number, token);
  }
  return { unfinished, cacheBytes: progress.cacheBytes(), first: valid[0] };
}

/** The valid lines, and the index of each in the file. */
function validLines({ model, flags }: LinesTask, lines: readonly string[], failed: LineHandlers["failed"]) {
  const valid: ValidLine[] = [];
  const indices: number[] = [];
  for (const [index, line] of lines.entries()) {
    try {
      const prompt = promptOf(model, line);
      valid.push({ prompt, ...withModelDefaults(flags, model, "sample", prompt.ids.length) });
      indices.push(index);
    } catch (error) {
      failed(index, error);
    }
  }
  return { valid, indices };
}

/** The lines being generated, by the index of their sequence. */
function linesInProgress({ model, seed }: LinesTask) {
  const lines = new Map<number, Line>();
  const { config } = model;
  const workspace = createWorkspace();
  const bytesOf = ({ prompt: { ids }, flags: { maxTokens } }: Line) =>
    cacheBytes(config, Math.min(config.nPositions, ids.length + maxTokens));
  let most = 0;
  const of = (sequence: number) => lines.get(sequence) as Line;
  return {
    of,
    begin: (sequence: number, valid: ValidLine) => {
      const line = newLine(valid);
      const { prompt, flags } = valid;
      lines.set(sequence, line);
      most = Math.max(
        most,
        [...lines.values()].map(bytesOf).reduce((sum, bytes) => sum + bytes, 0),
      );
      const chain = resolveChain(flags, model, prompt.ids.length, { defaults: true });
      return recordingSampler(createSampler(chain, { seed, workspace }), flags, line.records);
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

function newLine(valid: ValidLine): Line {
  return { ...valid, records: [], tokens: [], start: seconds() };
}

function ended({ prompt, tokens, start, firstAt = start }: Line, finishReason: FinishReason): EndedLine {
  const completions = [{ tokens, finishReason, score: meanLogprob(tokens) }];
  const times = { prefillSeconds: firstAt - start, decodeSeconds: seconds() - firstAt };
  return { prompt, result: { completions, ...times, cacheBytes: 0 } };
}

/** The prompt and its completion, or the object of generate --json. */
function lineText({ model, flags, seed, loadSeconds }: LinesTask, { prompt, result }: EndedLine): string {
  if (!flags.json) return fullText(model, prompt, result.completions[0]?.tokens ?? []);
  return resultAsJson({ model, strategy: "sample", prompt, seed, result, loadSeconds });
}

function seconds(): number {
  return performance.now() / 1000;
}
