/** tsgpt explain: a walk through one forward pass, one screen per stage, with the formula and this prompt's numbers. */
import {
  explainPage,
  PAGE_ROOM,
  type Room,
  STAGE_NAMES,
  type Stage,
  type StageInput,
  stageOf,
  walkThrough,
} from "@tsgpt/analysis";
import { checkedPrompt } from "@tsgpt/gpt";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { checkRanges, checkUse, type ExplainFlags, explainOptions } from "../explain/explain-flags.ts";
import { explainJson } from "../explain/explain-json.ts";
import { resolveExplainChain, runChain } from "../explain/next-token.ts";
import { readStdin } from "../input/read-stdin.ts";
import { typedText } from "../input/text-argument.ts";
import { findModel } from "../model/find-model.ts";
import { type LoadedModel, loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { checkOwnInput, filesOf, type InputFile, STDIN } from "../output/own-input.ts";
import { checkWritable, writeText } from "../output/write-text.ts";
import { type Interruption, interruption } from "../terminal/interruption.ts";
import { pluralize } from "../terminal/pluralize.ts";
import { reportWritten } from "../terminal/report-written.ts";
import { stageScreen } from "../terminal/stage-screen.ts";
import { chanceOf, nameOf } from "../terminal/step-report.ts";
import { stepThrough } from "../terminal/step-through.ts";
import { quoted, tokenShower } from "../terminal/token-text.ts";
import { writePieces } from "../terminal/write-pieces.ts";

export const explain = command({
  name: "explain",
  summary: "walk through one forward pass, stage by stage, with a prompt's own numbers",
  arguments: [["[prompt]", "the text, @file, or - for stdin; default: stdin"]],
  options: explainOptions,
  help: `Examples:
  $ tsgpt explain "Once upon a time"
  $ tsgpt explain "red, blue, red, blue, red," --stage attention --layer 2 --head 1
  $ tsgpt explain "The king had a" --stage attribution --target 300
  $ tsgpt explain "The king had a" --stage distribution --temperature 1.5 --top-p 0.9
  $ tsgpt explain "Once upon a time" --html once.html
  $ tsgpt explain --tokens 1,2,3 --position 1 --json

Stages: ${STAGE_NAMES.join(", ")}. On a terminal Enter or space shows the
next one and q quits; with --stage, or if the output is not a terminal, nothing waits.

Everything is about one position, by default the last: a position depends on the tokens up to it alone. lens: what each
layer would predict if it were the last (logit lens). attribution: what each part of the model adds to the target's
logit, the mean and deviation of the final layer norm frozen; the parts sum to the logit. distribution: the chain is
that of tsgpt generate with the same options, defaults included.

--json: ids, position, lens (hook, targetLogprob in nats, top with id, text and probability), attribution (target,
logit, constant, token, positionEmbedding, attentionBias [L], heads [L][H], mlps [L]), attention (layer, head, pattern
[T][T]). It has no distribution: tsgpt sample --json has.

${TEXT_HELP}`,
  action: explainCommand,
});

/**
 * Runs the command. @throws CliError for options that do nothing, a number out of range, a text that cannot be read or
 * a file that cannot be written; ContextOverflowError; AbortError at Ctrl-C
 */
async function explainCommand(typed: string | undefined, flags: ExplainFlags): Promise<void> {
  const { tokens, html, json } = flags;
  checkUse(flags);
  if (typed !== undefined && tokens !== undefined)
    throw usageError("give a prompt or --tokens, not both; ids are separated by commas: --tokens 1,2,3");
  const stop = interruption();
  const readsStdin = tokens === undefined && (typed === undefined || typed === "-");
  await checkPage(html, readsStdin ? [STDIN] : filesOf([typed]));
  const text = tokens ? undefined : readsStdin ? await readStdin(stop.signal) : await typedText(typed as string);
  const found = await findModel(flags, stop.signal);
  await checkPage(html, [[found.folder, "--model"]]);
  const model = await loadFound(found, await makeEngine(flags), flags.dtype, stop.signal);
  const input = await explained(model, tokens ?? text ?? "", flags, stop.signal);
  if (html !== undefined) await writePage(html, input);
  if (json) return writePieces(explainJson(input));
  if (html === undefined) await showStages(input, flags, readsStdin ? undefined : stop);
}

/** @throws CliError for a page that would replace an input, or that cannot be written */
async function checkPage(html: string | undefined, inputs: readonly InputFile[]): Promise<void> {
  if (html === undefined) return;
  await checkOwnInput("--html", html, inputs);
  await checkWritable(html, { devices: true });
}

type Explained = Omit<StageInput, "room">;

/** Runs the pass and the chain. */
async function explained(
  model: LoadedModel,
  prompt: string | readonly number[],
  flags: ExplainFlags,
  signal: AbortSignal,
): Promise<Explained> {
  if (typeof prompt === "string" && prompt !== "" && !model.tokenizer)
    throw new CliError(`model ${JSON.stringify(model.name)} has no tokenizer; give --tokens`, 1);
  const ids = checkedPrompt(model, prompt, {}, "explain");
  checkRanges(flags, model, ids.length);
  const { position = ids.length - 1, target, layer, head } = flags;
  const chain = resolveExplainChain(flags, model, position + 1);
  const walkthrough = await walkThrough(model, ids, { position, target, layer, head, signal });
  return {
    model,
    text: typeof prompt === "string" ? prompt : undefined,
    walkthrough,
    chain: runChain(chain, walkthrough, flags.seed),
    show: tokenShower(model.tokenizer),
    nameOf: (step) => `${nameOf(step.step)}${chanceOf(step)}`,
  };
}

async function writePage(path: string, input: Explained): Promise<void> {
  const { model, text, walkthrough } = input;
  const { nLayer, nHead, nEmbd } = model.config;
  const what =
    text === undefined ? "token ids" : quoted(text.length > 80 ? `${[...text].slice(0, 80).join("")}…` : text);
  const stages = stagesOf(input, PAGE_ROOM);
  const size = `${pluralize(nLayer, "layer")}, ${pluralize(nHead, "head")}, ${nEmbd} channels`;
  const page = explainPage(stages, {
    title: `One forward pass of ${model.name}: ${what}`,
    summary: [
      `${pluralize(walkthrough.ids.length, "token")} through ${size}, explained at position ${walkthrough.position}.`,
    ],
  });
  await writeText(path, page);
  await reportWritten(path, `a page of ${stages.length} stages`);
}

function stagesOf(input: Explained, room: Room): Stage[] {
  return STAGE_NAMES.map((name) => stageOf(name, { ...input, room }));
}

/** Columns below which lines are longer than the terminal. */
const NARROWEST = 20;

/** Prints the stages; a person at a terminal steps through them, unless the prompt came through stdin. */
async function showStages(input: Explained, { stage }: ExplainFlags, stop: Interruption | undefined): Promise<void> {
  const { isTTY, columns = 80, rows = 24 } = process.stdout;
  const width = isTTY ? Math.max(NARROWEST, columns) : 80;
  const lines = isTTY ? Math.max(24, rows) : 24;
  const room: Room = { lines: lines - 2, tokens: Math.max(3, Math.floor((width - 32) / 2)) };
  const stages = stage === undefined ? stagesOf(input, room) : [stageOf(stage, { ...input, room })];
  const color = isTTY && process.stdout.hasColors(256);
  const screens = stages.map((one) => stageScreen(one, { width, color }));
  const waits = stop && isTTY && process.stdin.isTTY && screens.length > 1;
  if (!waits) return writePieces(screens.map((screen, i) => (i > 0 ? `\n${screen}` : screen)));
  const terminal = { input: process.stdin, output: process.stderr };
  await stepThrough(screens, (screen) => void process.stdout.write(screen), terminal, stop);
}
