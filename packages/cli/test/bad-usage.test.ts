import { describe, test } from "vitest";
import { fails } from "./fails.ts";
import { fixture } from "./process.ts";

const TINY = fixture("tiny-tied");
const KEY = ["--watermark-key", "42"];

describe.concurrent("a usage error, exit code 2:", () => {
  test.each<[string, string[], RegExp]>([
    ["an unknown command, with the nearest", ["generat"], /unknown command 'generat'\n.*generate/],
    ["an unknown option, with the nearest", ["generate", "x", "--topk", "3"], /unknown option '--topk'\n.*--top-k/],
    ["two arguments", ["generate", "x", "y"], /too many arguments .*\nquote the prompt: tsgpt generate "x y"/],
    ["a prompt alone", ["Once upon a time"], /to continue a text: tsgpt generate "Once upon a time"/],
    ["a prompt twice", ["generate", "x", "--tokens", "1"], /a prompt or --tokens, not both; ids .*: --tokens 1,2,3/],
    [
      "--greedy beside --top-k",
      ["generate", "x", "--greedy", "--top-k", "3"],
      /greedy takes the most probable token whatever top-k does/,
    ],
    [
      "--greedy beside --seed",
      ["generate", "x", "--greedy", "--seed", "3"],
      /--seed cannot be combined with --greedy: nothing is drawn/,
    ],
    ["a top-p above 1", ["generate", "x", "--top-p", "1.5"], /above 0 and at most 1/],
    ["a top-p of 0", ["generate", "x", "--top-p", "0"], /above 0 and at most 1/],
    ["a negative temperature", ["generate", "x", "--temperature", "-1"], /a finite number above 0/],
    ["half a token", ["generate", "x", "--max-tokens", "1.5"], /a whole number from 0/],
    ["a word for an id", ["generate", "--tokens", "1,two"], /a whole number from 0/],
    ["an empty --stop", ["generate", "x", "--stop", ""], /must not be empty/],
    ["logits without a prompt", ["logits", "--output", "x"], /--prompt or --tokens/],
    ["logits without an output", ["logits", "--tokens", "1"], /--output/],
    ["logits fed in no known way", ["logits", "--tokens", "1", "--output", "x", "--cache", "all"], /prefill:K/],
    ["tokens from two sides", ["tokens", "x", "--decode", "1"], /not both; ids .*: --decode 1,2,3/],
    ["watermark without a key", ["watermark", "x"], /required option '--watermark-key/],
    ["a negative key", ["watermark", "x", "--watermark-key", "-1"], /a whole number from 0/],
    ["a word for a key", ["watermark", "x", "--watermark-key", "secret"], /a whole number from 0/],
    ["a gamma of 1", ["watermark", "x", ...KEY, "--watermark-gamma", "1"], /above 0 and below 1/],
    ["a gamma of nothing", ["watermark", "x", ...KEY, "--watermark-gamma", ""], /above 0 and below 1/],
    ["an unknown hash", ["watermark", "x", ...KEY, "--watermark-hash", "right"], /Allowed choices are left, self/],
    ["a width of 0", ["watermark", "x", ...KEY, "--watermark-width", "0"], /a whole number from 1/],
    ["a threshold of 0", ["watermark", "x", ...KEY, "--threshold", "0"], /a finite number above 0/],
    ["a file without a name", ["watermark", "@", ...KEY], /@ must be followed by a file name/],
    ["compare with one file", ["compare", "x"], /missing required argument/],
    ["a negative tolerance", ["compare", "x", "y", "--atol", "-1"], /0 or more/],
    ["bench of a model and a preset", ["bench", "--model", "x", "--preset", "gpt2"], /cannot be used with/],
    ["bench of a preset and a revision", ["bench", "--revision", "v1", "--preset", "gpt2"], /cannot be used with/],
    [
      "a revision of a folder",
      ["generate", "x", "--model", TINY, "--revision", "v1"],
      /--revision applies to a model of the hub/,
    ],
    ["a cache for a bundled model", ["tokens", "x", "--cache-dir", "x"], /--cache-dir applies to a model of the hub/],
    [
      "a revision that is a path",
      ["pull", "gpt2", "--revision", "../x"],
      /must be the name of a branch, a tag or a commit/,
    ],
    ["pull without a model", ["pull"], /missing required argument/],
    [
      "pull of a bundled model",
      ["pull", "fairytales"],
      /"fairytales" is not a model of the hub: give org\/name.*gpt2-xl/,
    ],
    ["remove of a folder", ["remove", TINY, "--yes"], /is not a model of the hub/],
    ["remove where nobody can be asked", ["remove", "gpt2"], /stdin is not a terminal to confirm on: give --yes/],
    ["bench in two formats", ["bench", "--json", "--markdown"], /cannot be used with/],
    ["bench of an unknown size", ["bench", "--preset", "gpt3"], /gpt2-xl/],
    [
      "a temperature of 0, with what is meant",
      ["generate", "x", "--temperature", "0"],
      /must be above 0, got 0; .*--greedy/,
    ],
    [
      "two threads for the reference kernels",
      ["generate", "x", "--kernels", "reference", "--threads", "2"],
      /run on one thread/,
    ],
    [
      "no command, with those there are",
      [],
      /give a command: generate, sample, explain, logits, gradients, compare, tokens, prompt, score, detect, batch, watermark, train, serve, bench, random, convert, pull, models, info, remove/,
    ],
    ["a prompt beside --file", ["generate", "x", "--file", "p.txt"], /give a prompt or --file, not both; .* is @file/],
    ...(
      [
        [["--tokens", "1"], "the prompts are the lines of the file"],
        [["--num-samples", "2"], "each line has one continuation"],
        [["--beams", "2"], "each line is sampled"],
        [["--draft-model", "fairytales"], "the lines are generated as a batch"],
        [["--prompt-lookup"], "the lines are generated as a batch"],
        [["--penalty-alpha", "0.6"], "each line is sampled"],
        [["--no-cache"], "each line has a cache"],
      ] as const
    ).map(([option, because]): [string, string[], RegExp] => [
      `${option[0]} beside --file`,
      ["generate", "--file", "p.txt", ...option],
      new RegExp(`${option[0]} cannot be combined with --file: ${because}`),
    ]),
    [
      "a trace of lines without --json",
      ["generate", "--file", "p.txt", "--trace-sampling"],
      /--trace-sampling with --file needs --json: lines are not streamed/,
    ],
    ["an unknown kernel set", ["generate", "x", "--kernels", "gpu"], /auto, simd, reference/],
    ["no thread", ["generate", "x", "--threads", "0"], /a whole number from 1 to 64/],
    ["too many threads", ["bench", "--threads", "65"], /a whole number from 1 to 64/],
    ["quiet and verbose", ["generate", "x", "--quiet", "--verbose"], /cannot be used with/],
    ["bench of no run", ["bench", "--runs", "0"], /a whole number from 1/],
  ])("%s", async (_, args, message) => {
    await fails(2, args, message);
  });
});
