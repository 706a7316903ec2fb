/** Arguments that do not fit: each message says what to type instead. */
import { CommanderError } from "commander";
import { expect, test } from "vitest";
import { explainUsage } from "../src/explain-usage.ts";
import { createProgram } from "../src/program.ts";

/** What is said of these arguments, which must be a usage error: no command runs. */
async function said(typed: readonly string[]): Promise<string> {
  const program = await createProgram();
  const error = await program.parseAsync(typed, { from: "user" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CommanderError);
  return explainUsage(program, error as CommanderError, typed);
}

test.each<[string[], string]>([
  [["Once upon a time"], 'unknown command "Once upon a time"\nto continue a text: tsgpt generate "Once upon a time"'],
  [["Once"], 'unknown command "Once"\nto continue a text: tsgpt generate "Once"'],
  [["Once", "upon", "--seed", "1"], 'unknown command "Once"\nto continue a text: tsgpt generate "Once upon"'],
  [['say "hi"'], `unknown command "say \\"hi\\""\nto continue a text: tsgpt generate 'say "hi"'`],
  [["it's $5"], `unknown command "it's $5"\nto continue a text: tsgpt generate 'it'\\''s $5'`],
  [
    ["generate The king"],
    'unknown command "generate The king"\nleave the command out of the quotes: tsgpt generate "The king"',
  ],
  [
    ["sample The king", "--json"],
    'unknown command "sample The king"\nleave the command out of the quotes: tsgpt sample --prompt "The king"',
  ],
  [["pull gpt2"], 'unknown command "pull gpt2"\nleave the command out of the quotes: tsgpt pull "gpt2"'],
  [
    ["generate The king --seed 1"],
    'unknown command "generate The king --seed 1"\nleave generate and its options out of the quotes',
  ],
  [
    ["generates The king"],
    'unknown command "generates The king"\nto continue a text: tsgpt generate "generates The king"',
  ],
  ...["", " "].map((blank): [string[], string] => [
    [blank],
    "give a command: generate, sample, explain, logits, gradients, compare, tokens, prompt, score, detect, batch, watermark, train, serve, bench, random, convert, pull, models, info, remove",
  ]),
  [["two\nlines"], 'unknown command "two\\nlines"\nto continue a text: tsgpt generate "..."'],
  [["generat", "x"], "unknown command 'generat'\nDid you mean generate?"],
  [
    ["generate", "The", "king", "had", "a"],
    'too many arguments for generate: it takes one argument, got 4\nquote the prompt: tsgpt generate "The king had a"',
  ],
  [
    ["tokens", "The", "king"],
    'too many arguments for tokens: it takes one argument, got 2\nquote the text: tsgpt tokens "The king"',
  ],
  [
    ["watermark", "The", "king", "--watermark-key", "1"],
    'too many arguments for watermark: it takes one argument, got 2\nquote the text: tsgpt watermark "The king"',
  ],
  [
    ["logits", "The", "king", "--output", "x"],
    'too many arguments for logits: it takes no arguments, got 2\nthe prompt is an option: tsgpt logits --prompt "The king"',
  ],
  [
    ["bench", "gpt2"],
    'too many arguments for bench: it takes no arguments, got 1\nthe model is an option: tsgpt bench --model "gpt2"',
  ],
  [["random", "x", "--preset", "gpt2", "--output", "y"], "too many arguments for random: it takes no arguments, got 1"],
  [["models", "x"], "too many arguments for models: it takes no arguments, got 1"],
  [
    ["compare", "a", "b", "c"],
    "too many arguments for compare: it takes 2 arguments, got 3\nquote a name that has spaces",
  ],
  [
    ["convert", "a", "b", "c", "--dtype", "f16"],
    "too many arguments for convert: it takes 2 arguments, got 3\nquote a name that has spaces",
  ],
  ...["pull", "info", "remove"].map((name): [string[], string] => [
    [name, "a", "b"],
    `too many arguments for ${name}: it takes one argument, got 2\nquote a name that has spaces`,
  ]),
  [
    ["generate", "--tokens", "1", "2", "3"],
    "too many arguments for generate: it takes one argument, got 2\na list is written with commas and without spaces: 1,2,3",
  ],
  [
    ["sample", "--prompt", "The", "king"],
    'too many arguments for sample: it takes no arguments, got 1\nthe prompt is an option: tsgpt sample --prompt "The king"',
  ],
  [
    ["sample", "--logits", "1", "2"],
    "too many arguments for sample: it takes no arguments, got 1\na list is written with commas and without spaces: 1,2,3",
  ],
  [
    ["generate", "1", "2"],
    'too many arguments for generate: it takes one argument, got 2\nquote the prompt: tsgpt generate "1 2"',
  ],
  [
    ["--seed", "1", "x"],
    "unknown option '--seed'\noptions follow a command: generate, sample, explain, logits, gradients, compare, tokens, prompt, score, detect, batch, watermark, train, serve, bench, random, convert, pull, models, info, remove",
  ],
  [["generate", "--topk", "3"], "unknown option '--topk'\nDid you mean --top-k?"],
  [
    ["generate", "--prompt", "x"],
    `unknown option '--prompt'\nthe prompt is an argument: tsgpt generate "Once upon a time"`,
  ],
  [["tokens", "--prompt", "x"], `unknown option '--prompt'\nthe text is an argument: tsgpt tokens "Once upon a time"`],
  [
    ["generate", "- said the king"],
    'unknown option "- said the king"\na prompt that begins with a dash: tsgpt generate -- "- said the king"',
  ],
  [
    [],
    "give a command: generate, sample, explain, logits, gradients, compare, tokens, prompt, score, detect, batch, watermark, train, serve, bench, random, convert, pull, models, info, remove",
  ],
  [
    ["generate", "--seed", "x"],
    "option '--seed <n>' argument 'x' is invalid: must be a whole number from 0 to 9007199254740991",
  ],
])("%j", async (typed, message) => {
  expect(await said(typed)).toBe(message);
});
