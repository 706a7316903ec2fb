/** The files that score writes: the page of --html, and the strips of --svg, with an optional second text. */
import { resolve } from "node:path";
import {
  htmlPage,
  probabilityStrips,
  type Recipe,
  type ScoreReport,
  type Strip,
  scoreText,
  type TokenScores,
} from "@tsgpt/analysis";
import { generate, type Model } from "@tsgpt/gpt";
import { argmax } from "@tsgpt/numeric";
import { CliError, usageError } from "../cli-error.ts";
import { checkOwnInput, type InputFile } from "../output/own-input.ts";
import { checkWritable, writeText } from "../output/write-text.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";
import { describeTotals } from "../terminal/score-report.ts";
import type { Text } from "./read-texts.ts";

export interface PictureFlags {
  readonly html?: string;
  readonly svg?: string;
  readonly against?: string;
  readonly againstGreedy?: boolean;
}

/** Length of the prompt of --against-greedy, in tokens; half of a shorter text. */
export const GREEDY_PROMPT = 32;
/** Tokens; browsers struggle with more. */
const LARGEST_PICTURE = 50_000;

/** @throws CliError for a second strip without a first, and for a picture of `count` texts */
export function checkPictureFlags({ html, svg, against, againstGreedy }: PictureFlags, count: number): void {
  const second = against !== undefined ? "--against" : againstGreedy ? "--against-greedy" : undefined;
  if (second !== undefined && svg === undefined)
    throw usageError(`${second} does nothing without --svg; give that too`);
  const file = html !== undefined ? "--html" : svg !== undefined ? "--svg" : undefined;
  if (file !== undefined && count > 1) throw usageError(`${file} shows one text, got ${count}`);
  if (html !== undefined && svg !== undefined && resolve(html) === resolve(svg))
    throw usageError("--html and --svg are two files; give each its own");
  if (html === "-" || svg === "-") throw usageError(`${file} writes a file, not standard output; give its name`);
}

/** @throws CliError for a file that is one of the inputs, or the other one, or that cannot be written */
export async function checkPictureFiles({ html, svg }: PictureFlags, inputs: readonly InputFile[]): Promise<void> {
  if (html !== undefined) await checkOwnInput("--html", html, inputs);
  if (svg !== undefined) await checkOwnInput("--svg", svg, [...inputs, [html ?? "", "--html"]]);
  for (const path of [html, svg]) if (path !== undefined) await checkWritable(path, { devices: true });
}

/** @throws CliError for a text too long for a browser to show */
export function checkPictureSize({ html, svg }: PictureFlags, text: Text): void {
  const file = html !== undefined ? "--html" : svg !== undefined ? "--svg" : undefined;
  if (file === undefined || text.ids.length <= LARGEST_PICTURE) return;
  const limit = `a browser shows ${LARGEST_PICTURE} at most; give a part of it`;
  throw new CliError(`${file}: ${text.name} has ${text.ids.length} tokens, and ${limit}`, 1);
}

interface PictureInputs {
  readonly recipe: Recipe;
  /** The text of --against. */
  readonly other: Text | undefined;
  readonly signal: AbortSignal;
}

/**
 * Writes the requested files. @throws CliError for a file that cannot be written; the signal's AbortError
 */
export async function writePictures(report: ScoreReport, flags: PictureFlags, inputs: PictureInputs): Promise<void> {
  const [text] = report.texts;
  if (!text) return;
  const { model } = report;
  const title = `${text.name} under ${model.name}`;
  if (flags.html !== undefined) {
    const summary = describeTotals(text, report.recipe, model.tokenizer).trimEnd().split("\n");
    await write(flags.html, htmlPage(text.scores, { title, summary, tokenizer: model.tokenizer }), "a page");
  }
  if (flags.svg === undefined) return;
  const second = await secondStrip(report, text.scores, flags, inputs);
  const strips = [{ name: text.name, scores: text.scores }, ...(second ? [second] : [])];
  const svg = probabilityStrips(strips, {
    title: `Probability of each token under ${model.name}`,
    tokenizer: model.tokenizer,
  });
  await write(flags.svg, svg, strips.length > 1 ? "two strips" : "a strip");
}

/** The strip of the text of --against, or of the model's greedy continuation. */
async function secondStrip(
  { model, bos }: ScoreReport,
  { ids }: TokenScores,
  { againstGreedy }: PictureFlags,
  { other, recipe, signal }: PictureInputs,
): Promise<Strip | undefined> {
  const options = { bos, top: 0, recipe, signal };
  if (other) return { name: other.name, scores: await scoreText(model, other.ids, options) };
  if (!againstGreedy) return undefined;
  const prompt = ids.slice(0, Math.max(1, Math.min(GREEDY_PROMPT, ids.length >> 1)));
  const continued = await greedy(model, bos, prompt, ids.length, signal);
  const name = `the first ${pluralize(prompt.length, "token")}, and the model's greedy continuation`;
  return { name, scores: await scoreText(model, continued, options) };
}

/** The prompt and its greedy continuation, up to `length` tokens or the end of the context. */
async function greedy(
  model: Model,
  bos: number | undefined,
  prompt: readonly number[],
  length: number,
  signal: AbortSignal,
): Promise<number[]> {
  const added = bos === undefined ? [] : [bos];
  const maxTokens = Math.min(length, model.config.nPositions - added.length) - prompt.length;
  const ids = [...prompt];
  for await (const { id } of generate(model, [...added, ...prompt], {
    sample: argmax,
    maxTokens,
    ignoreEos: true,
    signal,
  })) {
    ids.push(id);
  }
  signal.throwIfAborted();
  return ids;
}

async function write(path: string, content: string, what: string): Promise<void> {
  await writeText(path, content);
  await reportWritten(path, what);
}
