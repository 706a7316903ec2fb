/**
 * The program and its commands. A command's module is loaded only when it runs, or when the help lists all commands.
 */
import { Command } from "commander";
import type { CliCommand } from "./command.ts";
import { VERSION } from "./version.ts";

/** Every command, in the order of the help; each has a file of the same name in commands/. */
export const COMMANDS: Readonly<Record<string, () => Promise<CliCommand>>> = {
  generate: async () => (await import("./commands/generate.ts")).generate,
  sample: async () => (await import("./commands/sample.ts")).sample,
  explain: async () => (await import("./commands/explain.ts")).explain,
  logits: async () => (await import("./commands/logits.ts")).logits,
  gradients: async () => (await import("./commands/gradients.ts")).gradients,
  compare: async () => (await import("./commands/compare.ts")).compare,
  tokens: async () => (await import("./commands/tokens.ts")).tokens,
  prompt: async () => (await import("./commands/prompt.ts")).prompt,
  score: async () => (await import("./commands/score.ts")).score,
  detect: async () => (await import("./commands/detect.ts")).detect,
  batch: async () => (await import("./commands/batch.ts")).batch,
  watermark: async () => (await import("./commands/watermark.ts")).watermark,
  train: async () => (await import("./commands/train.ts")).train,
  serve: async () => (await import("./commands/serve.ts")).serve,
  bench: async () => (await import("./commands/bench.ts")).bench,
  random: async () => (await import("./commands/random.ts")).random,
  convert: async () => (await import("./commands/convert.ts")).convert,
  pull: async () => (await import("./commands/pull.ts")).pull,
  models: async () => (await import("./commands/models.ts")).models,
  info: async () => (await import("./commands/info.ts")).info,
  remove: async () => (await import("./commands/remove.ts")).remove,
};

/**
 * Creates the program, which throws its errors and prints none of them. It has only the command `named` if there is
 * one, so that the others need not be loaded to run it; otherwise all of them.
 */
export async function createProgram(named?: string): Promise<Command> {
  const program = new Command("tsgpt")
    .description("GPT-2 from scratch, in TypeScript")
    .version(VERSION, "--version", "display the version")
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText("after", EXAMPLES);
  const names = Object.keys(COMMANDS);
  const loaded = names.filter((name) => !names.includes(named ?? "") || name === named);
  for (const command of await Promise.all(loaded.map((name) => COMMANDS[name]?.()))) command?.addTo(program);
  return program;
}

const EXAMPLES = `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt sample --prompt "Once upon a"
  $ tsgpt sample --logits 0.8,0.9,0.1,0.4 --top-p 0.8
  $ tsgpt explain "Once upon a time"
  $ tsgpt logits --prompt "Once upon a time" --output ours.safetensors --trace
  $ tsgpt gradients --tokens 1,2,3 --output gradients.safetensors
  $ tsgpt compare mine.safetensors ours.safetensors
  $ tsgpt tokens "Once upon a time"
  $ tsgpt prompt examples/prompts/question.txt --input "Why is the sea salt"
  $ tsgpt score "The zebra's stripes were black and white."
  $ tsgpt detect @story.txt
  $ tsgpt batch score stories.jsonl --output scores
  $ tsgpt watermark @story.txt --watermark-key 42
  $ tsgpt train story.txt --output story
  $ tsgpt convert gpt2-xl gpt2-xl-int8 --dtype int8
  $ tsgpt random --preset gpt2 --output gpt2-random
  $ tsgpt serve --port 8000
  $ tsgpt bench --compare-cache
  $ tsgpt pull gpt2`;
