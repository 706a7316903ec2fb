/** The prompts of a file, one a line, generated as a batch: each as it would be alone, written in the order of the lines. */
import { cacheBytes, type FinishReason, type GeneratedToken, generateBatch, type Model } from "@tsgpt/gpt";
import { createSampler, createWorkspace } from "@tsgpt/sampling";
import { answerAsJson } from "./answer-json.ts";
import type { GenerateFlags } from "./commands/generate.ts";
import { type LinesOutput, type LinesReport, linesReport } from "./lines-report.ts";
import { type FilledFlags, withModelDefaults } from "./model-defaults.ts";
import { type Note, recording } from "./recorder.ts";
import { resolveChain } from "./resolve-chain.ts";
import { meanLogprob } from "./scores.ts";
import { completeText, type Prompt, promptOf, type StoryToken, whole } from "./story.ts";
import { readText } from "./text-argument.ts";

export interface LinesTask {
  readonly model: Model;
  readonly flags: GenerateFlags;
  /** Of every line, as if it were alone. */
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly loadSeconds: number;
}

export interface LinesTold {
  readonly lines: number;
  readonly tokens: number;
  readonly failures: number;
  /** Lines that Ctrl-C left, which are not written. */
  readonly unfinished: number;
  readonly seconds: number;
  /** Of all KV caches that were there at once, at most. */
  readonly cacheBytes: number;
  /** The flags of the first line, completed by the model's generation config; undefined if none can be a prompt. */
  readonly first: FilledFlags | undefined;
}

/** What a line asks for: its prompt, and the flags as they are for it alone. */
interface Asked extends FilledFlags {
  readonly prompt: Prompt;
}

/** A line under way; times are in seconds. */
interface Line extends Asked {
  readonly notes: Note[];
  readonly tokens: StoryToken[];
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
): Promise<LinesTold> {
  const { model, flags, signal } = task;
  resolveChain(flags, model, 1, { defaults: true }); // what is wrong with the options is said once
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
  const workspace = createWorkspace();
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
      return recording(createSampler(chain, { seed, workspace }), flags, line.notes);
    },
    take: (sequence: number, token: GeneratedToken) => {
      const line = of(sequence);
      line.firstAt ??= seconds();
      line.tokens.push({ ...token, ...line.notes[line.tokens.length] });
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
  return { ...asked, notes: [], tokens: [], start: seconds() };
}

/** The prompt and its continuation, or the object that generate --json gives. */
function shown({ model, flags, seed, loadSeconds }: LinesTask, line: Line, finishReason: FinishReason): string {
  const { prompt, tokens, start, firstAt = start } = line;
  if (!flags.json) return whole(model, prompt, tokens);
  const stories = [{ tokens, finishReason, score: meanLogprob(tokens) }];
  const told = { stories, prefillSeconds: firstAt - start, decodeSeconds: seconds() - firstAt, cacheBytes: 0 };
  return answerAsJson({ model, strategy: "sample", prompt, seed, told, loadSeconds });
}

function seconds(): number {
  return performance.now() / 1000;
}
