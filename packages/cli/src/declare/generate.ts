/** The options of tsgpt generate. */
import { type Command, Option } from "commander";
import { finiteNumber, gather, gatherWords, numberFrom, path, tokenIds, wholeNumber } from "../option-values.ts";
import { withChain } from "./chain-options.ts";
import { withEngine } from "./engine-options.ts";
import { withModel } from "./model-options.ts";
import { TEXT_HELP } from "./text-help.ts";

export function declareGenerate(program: Command): void {
  const command = withEngine(withModel(program.command("generate")))
    .description("continue a prompt, token by token")
    .argument("[prompt]", "text to continue, or @file; without one, stdin, or on a terminal it asks")
    .option("--max-tokens <n>", "tokens at most", wholeNumber(0), 200)
    .option("--greedy", "always the most probable, after penalties and constraints")
    .option("--seed <n>", "the same seed gives the same text (default: random)", wholeNumber(0))
    .option("--stop <text>", "end before this text; may be repeated", gather)
    .option("--no-cache", "recompute everything for each token")
    .option("--tokens <ids>", "a prompt as token ids: 1,2,3", tokenIds)
    .option("--file <path>", "one prompt a line, generated as a batch; a blank line is an empty prompt", path)
    .option("--ignore-eos", "go on past the end of the text")
    .option("--logprobs <n>", "with --json: the n likeliest tokens at each place", wholeNumber(0, 1000))
    .option("--trace-sampling", "show for each token the distribution, and what each step of the chain did")
    .option("--quiet", "no summary on stderr")
    .addOption(new Option("--verbose", "kernels, threads and memory on stderr").conflicts("quiet"))
    .option("--json", "stdout holds one object alone; with --file one a line");
  withChain(command, { placeholder: "ids|text", gather: gatherWords })
    .option("--min-tokens <n>", "no end of the text before so many; 0 is off", wholeNumber(0))
    .option("--forced-last <id>", "the last one that --max-tokens allows", wholeNumber(0))
    .optionsGroup("Other ways of decoding:")
    .option("--num-samples <n>", "so many continuations of the prompt, read once", wholeNumber(1))
    .option("--beams <n>", "the most probable texts, searched with n side by side; draws nothing", wholeNumber(1))
    .option("--length-penalty <a>", "beams: score is log-probability / length^a (default: 1)", finiteNumber)
    .option("--num-return <n>", "beams: how many texts (default: 1)", wholeNumber(1))
    .option("--draft-model <model>", "a smaller model proposes tokens; the text is distributed as without", path)
    .option("--prompt-lookup", "the text so far proposes tokens")
    .option("--proposals <k>", "at a time (default: 3)", wholeNumber(1))
    .option("--penalty-alpha <a>", "contrastive search over --top-k candidates (default: 4)", numberFrom(0, 1))
    .addHelpText("after", HELP)
    .action(async (prompt, options) => {
      const hasLength = command.getOptionValueSource("maxTokens") === "cli";
      await (await import("../commands/generate.ts")).generateCommand(prompt, { ...options, hasLength });
    });
}

const HELP = `
Examples:
  $ tsgpt generate "Once upon a time"
  $ tsgpt generate "Once upon a time" --top-p 0.9 --frequency-penalty 1.1 --presence-penalty 1.2
  $ tsgpt generate "The king" --dialect llama.cpp --min-p 0.1 --trace-sampling --max-tokens 5
  $ tsgpt generate "The king" --beams 4 --num-return 2 --no-repeat-ngram 3
  $ tsgpt generate "The king" --num-samples 3 --seed 1 --json
  $ echo "The king" | tsgpt generate --greedy --prompt-lookup
  $ tsgpt generate "Alan Turing theorized that" --model gpt2
  $ tsgpt generate @beginning.txt --max-tokens 50
  $ tsgpt generate --file prompts.txt --seed 1 --json

${TEXT_HELP}

--dialect: what is not typed has the dialect's default: lecture top-p 0.9; hf top-k 50; llama.cpp top-k 40, top-p 0.95, min-p 0.05,
temperature 0.8, penalties over the last 64 tokens; openai none. The neutral value turns a step off. frequency and presence divide
logits under lecture (1 is off, 1.1 to 1.2 is light), and are subtracted elsewhere (0 is off, from -2 to 2). docs/sampling.md has each rule.
With --dialect hf a model's generation_config.json replaces these defaults (--verbose shows it): penalties, constraints, lengths and what
cuts the distribution; do_sample false means --greedy unless an option asks for a draw. Its end tokens count in every dialect.
--banned takes token ids (1,2,3), or a text, which is banned as it is and behind a space; digits as a text stand in quotes ('"12"').
--dry-breaker likewise, for all tokens that hold the text; without it newline, colon, quotation mark and asterisk; none is none.
--beams and --penalty-alpha take penalties and constraints, and no option that draws. Sample i of --num-samples has the seed plus i.
--json: the texts of the tokens joined are the generated text; one that completes no character, or may begin a stop
string, is "". logprob: natural logarithm of the probability by the raw logits. With --beams or --num-samples, sequences holds all;
score is the mean logprob of a sample, and of a beam the sum of what penalties and constraints leave of them, over length^a.
--logprobs adds topLogprobs to each token, --trace-sampling its probability, initial and steps (see tsgpt sample --help); --draft-model
and --prompt-lookup speculation. tokensPerSecond: generated tokens over prefillSeconds + decodeSeconds; the latter is all of a beam search.
--file: each line is continued as it would be alone with the same options and seed; its object is that of --json for it, in the order
of the lines, and its times are those in which the others were generated too. What is wrong with a line is {"line": N, "error": "..."}, or
without --json a message on stderr; the others go on, and the exit code is 1. After Ctrl-C the lines that are finished are written.`;
