/** tsgpt prompt: fills a template with an input, or with each of a file, and generates or chooses the answer. */
import type { Model } from "@tsgpt/gpt";
import { CliError, usageError } from "../cli-error.ts";
import { command } from "../command.ts";
import { readLines } from "../generate/generate-lines.ts";
import { noteUnapplied } from "../generate/model-defaults.ts";
import { drawsByChance } from "../generate/strategy.ts";
import { typedText } from "../input/text-argument.ts";
import { findModel } from "../model/find-model.ts";
import { loadFound } from "../model/load-model.ts";
import { makeEngine } from "../model/make-engine.ts";
import { chainOf } from "../options/chain-flags.ts";
import { engineOptions } from "../options/engine.ts";
import { quiet } from "../options/generation.ts";
import { modelOptions } from "../options/model.ts";
import { type OptionsOf, option } from "../options/option.ts";
import { templateOptions } from "../options/template.ts";
import { TEXT_HELP } from "../options/text-help.ts";
import { path } from "../options/values.ts";
import { checkOwnInput } from "../output/own-input.ts";
import { answerLines } from "../prompt/answer-lines.ts";
import { type Answer, type AnswerTask, answerInputs } from "../prompt/answers.ts";
import { checkOutput, openOutput } from "../prompt/output-file.ts";
import { readTemplate } from "../prompt/read-template.ts";
import { runDigest } from "../prompt/run-digest.ts";
import { type Settings, settingsOf } from "../prompt/settings.ts";
import { summary } from "../terminal/generate-report.ts";
import { INTERRUPTED, interruption } from "../terminal/interruption.ts";
import { printed } from "../terminal/printed.ts";
import { choiceTable, linesSummary } from "../terminal/prompt-report.ts";

const options = [
  ...modelOptions,
  ...engineOptions,
  option("--input <text>", "the input, or @file"),
  option("--file <path>", "a JSONL file with one input per line, answered as a batch", {
    parse: path,
    conflicts: "input",
  }),
  option("--output <file>", "with --file: the file to write (default: stdout)", { parse: path }),
  option("--resume", "with --output: continue the file where an earlier run stopped"),
  quiet,
  option("--json", "print one JSON object; with --file always one per line"),
  { heading: "Options that the template may set, too:" },
  ...templateOptions,
] as const;

type PromptFlags = OptionsOf<typeof options>;

const HELP = `Examples:
  $ tsgpt prompt examples/prompts/question.txt --input "Why is the sea salt"
  $ tsgpt prompt examples/prompts/pronoun.txt --file examples/prompts/pronoun.jsonl --output answers.jsonl --resume
  $ tsgpt prompt examples/prompts/pronoun.txt --input "The queen lost" --choices " her own"," his" --normalize prior
  $ tsgpt prompt examples/prompts/translation.txt --model gpt2-xl --input "Thank you very much."

A template is a text with {{input}} where the input goes. It may begin with front matter, YAML between two lines of ---,
whose keys are the names of the options above, without dashes:
  ---
  # any comment
  choices: [" Positive", " Negative"]
  normalize: prior
  ---
  Review: {{input}}
  Sentiment:
An option of the command line overrides the template's; --greedy also replaces its sampling, and sampling its greedy.
What both omit is as in tsgpt generate, whose --help explains the options. Other braces are text. One newline at the end
of the file is removed.

--choices: each choice is scored by its likelihood after the prompt; spaces belong to a choice. Prompt and choice are
encoded as one text. The tokens at its beginning that the prompt alone has too, whatever the choice, are context; all
others are scored. --normalize none compares the sums of their log-probabilities, in nats; length that sum per scored
token; prior that sum minus the choice's own after the template with an empty input, so that a choice which is likely
anyway does not win by that.

--file: each line is a JSON string, or an object with the input as "input"; its other keys are copied to the output as
"extra". Each line is answered as it would be alone with the same options and seed, and gives one line, in order:
{"line": N, "run": ..., "input": ..., and the keys of --json}. An invalid line gives {"line": N, "run": ..., "error":
"..."}; the others continue, and the exit code is 1. "run" is a digest of template, model and options.

--resume: after a Ctrl-C or a kill, continues --output and gives the same file, to the byte. An incomplete last line of
this run is removed. A file that was written with another template, model or option, or for other inputs, is refused.

${TEXT_HELP}`;

export const prompt = command({
  name: "prompt",
  summary: "answer inputs with a prompt template: generate, or choose between answers",
  arguments: [["<template>", "a text file with {{input}}, and options in its front matter"]],
  options,
  help: HELP,
  action: promptCommand,
});

/**
 * Runs the command. @throws CliError for options that contradict each other, a template, file or input that is not
 * valid, or an output that cannot be written or resumed; what loading and generation throw
 */
async function promptCommand(templatePath: string, flags: PromptFlags): Promise<void> {
  checkFlags(flags);
  const template = await readTemplate(templatePath);
  const settings = settingsOf(template, flags); // errors are reported before anything is loaded
  const { signal } = interruption();
  const lines = flags.file === undefined ? undefined : await readLines(flags.file);
  const input = flags.input === undefined ? "" : await typedText(flags.input);
  await checkFile(templatePath, flags);
  const found = await findModel(flags, signal);
  if (flags.output !== undefined) await checkOwnInput("--output", flags.output, [[found.folder, "--model"]]);
  const model = await loadFound(found, await makeEngine(flags), flags.dtype, signal);
  checkModel(model, settings);
  const task = { model, body: template.body, settings, signal };
  if (lines) await answerFile(task, lines, flags);
  else await answerOne(task, input, flags);
  if (signal.aborted) process.exitCode = INTERRUPTED;
}

function checkFlags({ input, file, output, resume }: PromptFlags): void {
  if (input === undefined && file === undefined) throw usageError("give an input: --input TEXT, or --file IN.jsonl");
  if (output !== undefined && file === undefined)
    throw usageError("--output does nothing without --file; give that too");
  if (resume && output === undefined) throw usageError("--resume does nothing without --output; give that too");
}

/** @throws CliError for an output that is an input, that exists and is not resumed, or that cannot be resumed */
async function checkFile(template: string, { output, file, resume }: PromptFlags): Promise<void> {
  if (output === undefined) return;
  await checkOwnInput("--output", output, [
    [template, "the template"],
    [file ?? "", "--file"],
  ]);
  checkOutput({ path: output, resume: resume === true });
}

function checkModel(model: Model, settings: Settings): void {
  if (!model.tokenizer)
    throw new CliError(`model ${JSON.stringify(model.name)} has no tokenizer; a template needs one`, 1);
  if (!settings.choices) noteUnapplied(model, settings.flags);
}

/** Answers one input; text is written as it comes. @throws the error of that input */
async function answerOne(task: AnswerTask, input: string, { json, quiet }: PromptFlags): Promise<void> {
  const { settings } = task;
  let streamed = "";
  const write = (text: string) => {
    streamed += text;
    process.stdout.write(text);
  };
  let answer: Answer | undefined;
  await answerInputs(task, [input], {
    done: (_, done) => {
      answer = done;
    },
    failed: (_, error) => {
      throw error;
    },
    token: (_, { text }) => void (json || write(text)),
  });
  if (!answer) return void (streamed && write("\n")); // interrupted
  const { object, text, choices, result } = answer;
  process.stdout.write(json ? `${JSON.stringify({ input, ...object })}\n` : `${text.slice(streamed.length)}\n`);
  if (quiet) return;
  await printed();
  if (settings.choices && choices) process.stderr.write(choiceTable(choices, settings.normalize));
  else if (result) process.stderr.write(summary(result, seedOf(settings)));
}

/** The seed, if it matters. */
function seedOf(settings: Settings): number | undefined {
  if (settings.choices) return undefined;
  const { flags, seed } = settings;
  return drawsByChance("sample", chainOf(flags, {}, { defaults: true })) ? seed : undefined;
}

/** Answers a file; the exit code is 1 if a line, of this run or an earlier one, could not be answered. */
async function answerFile(task: AnswerTask, lines: readonly string[], flags: PromptFlags): Promise<void> {
  const start = performance.now();
  const run = runDigest(task);
  const file =
    flags.output === undefined
      ? undefined
      : openOutput({ path: flags.output, resume: flags.resume === true, run, inputs: lines });
  const { lines: earlier, failures: failedEarlier } = file ?? { lines: 0, failures: 0 };
  const write = file ? file.append : (text: string) => void process.stdout.write(text);
  const output = { write, run, answered: earlier, writesAfterGaps: !file, terminal: process.stderr };
  const result = await answerLines(task, lines, { ...output, showProgress: !flags.quiet }).finally(() => file?.close());
  const failures = failedEarlier + result.failures;
  if (failures > 0) process.exitCode = 1;
  if (flags.quiet) return;
  await printed();
  const missing = lines.length - earlier - result.written;
  const seconds = (performance.now() - start) / 1000;
  process.stderr.write(linesSummary({ lines: lines.length, earlier, failures, missing, seconds }));
}
