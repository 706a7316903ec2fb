/** Options of chains and of ways of decoding that cannot be, or not together: usage errors that name them. */
import { describe, test } from "vitest";
import { fails } from "./fails.ts";
import { fixture } from "./process.ts";

const TINY = ["--model", fixture("tiny-tied"), "--tokens", "1,2,3"];

describe.concurrent("a usage error, exit code 2:", () => {
  test.each<[string, string[], RegExp]>([
    ["neither a number nor -inf among logits", ["sample", "--logits", "1,nan"], /"nan" is not a finite number or -inf/],
    ["logits of +inf", ["sample", "--logits", "1,inf"], /"inf" is not a finite number or -inf/],
    ["neither a prompt nor logits", ["sample"], /give --prompt or --logits, one of them/],
    ["an empty list of logits", ["sample", "--logits", ""], /"" is not a finite number or -inf/],
    ["a file of logits without a name", ["sample", "--logits", "@"], /@ must be followed by a file name/],
    ["logits that are all masked", ["sample", "--logits", "-inf,-inf"], /--logits: at least one must be finite/],
    [
      "history beyond the logits",
      ["sample", "--logits", "1,2", "--history", "0,2"],
      /--history: .* from 0 to 1, .* history\[1\] is 2/,
    ],
    [
      "a prompt longer than the history",
      ["sample", "--logits", "1,2", "--prompt-length", "1"],
      /--prompt-length: .* to the history's length 0, got 1/,
    ],
    [
      "a ban that leaves none, by name",
      ["sample", "--logits", "1,2", "--banned", "0", "--banned", "1"],
      /banned-words: no token is left/,
    ],
    ...[
      "--forced-first 2",
      "--banned 0,2",
      "--allowed 2",
      "--logit-bias 2:1",
      "--dry-multiplier 1 --dry-breaker 2",
    ].map((typed): [string, string[], RegExp] => {
      const option = typed.split(" ").at(-2);
      const message = new RegExp(`^error: ${option}: token id 2 is out of range; ids go from 0 to 1\n`);
      return [`a token beyond the logits, ${typed}`, ["sample", "--logits", "1,2", ...typed.split(" ")], message];
    }),
    [
      "a seed that nothing uses",
      ["sample", "--logits", "1,2", "--seed", "1"],
      /--seed does nothing without --draws or --xtc-probability/,
    ],
    [
      "a text where there is no model",
      ["sample", "--logits", "1,2", "--banned", "x"],
      /--banned "x": with --logits give token ids, 1,2,3; a text needs --prompt or --model/,
    ],
    [
      "a breaker as text where there is no model",
      ["sample", "--logits", "1,2", "--dry-multiplier", "1", "--dry-breaker", "x"],
      /--dry-breaker "x": with --logits give token ids, 1,2,3; a text needs --prompt or --model/,
    ],
    ["sample of the options of generate", ["sample", "--logits", "1,2", "--beams", "2"], /unknown option '--beams'/],
    [
      "two truncations and mirostat",
      ["sample", "--logits", "1,2", "--mirostat-tau", "3", "--top-k", "1"],
      /mirostat replaces the other truncations; leave top-k out/,
    ],
    ["a bias without an id", ["sample", "--logits", "1,2", "--logit-bias", "1"], /"1" is not an id:bias pair/],
    ["a token biased twice", ["sample", "--logits", "1,2", "--logit-bias", "1:2,01:3"], /names token 1 twice/],
  ])("%s", async (_, args, message) => {
    await fails(2, args, message);
  });

  // A model that is not there would be told first, if it were looked for first.
  test.each<[string, string[], RegExp]>([
    [
      "penalties of the other dialect's neutral value",
      ["--frequency-penalty", "0"],
      /must be a finite number above 0 \(1 is off/,
    ],
    [
      "an additive penalty beyond 2",
      ["--dialect", "openai", "--presence-penalty", "3"],
      /presence must be from -2 to 2/,
    ],
    ["an unknown dialect", ["--dialect", "vllm"], /Allowed choices are lecture, hf, llama\.cpp, openai/],
    ["the former name of a dialect", ["--dialect", "deck"], /Allowed choices are lecture, /],
    ["a min-p above 1", ["--min-p", "1.1"], /must be from 0 to 1/],
    ["an epsilon of 1", ["--epsilon", "1"], /'--epsilon <p>' .* must be 0 or more and below 1/],
    ["a gamma of 0", ["--watermark-gamma", "0"], /'--watermark-gamma <share>' .* must be above 0 and below 1/],
    ["half an n-gram", ["--no-repeat-ngram", "1.5"], /a whole number from 0/],
    ["an unknown scope", ["--penalty-scope", "prompt"], /must be all, generated or a whole number/],
    [
      "a scope of nothing",
      ["--penalty-scope", "5"],
      /--penalty-scope does nothing without --frequency-penalty or --presence-penalty/,
    ],
    ["a DRY base alone", ["--dry-base", "2"], /--dry-base does nothing without --dry-multiplier/],
    ["a DRY breaker alone", ["--dry-breaker", "x"], /--dry-breaker does nothing without --dry-multiplier/],
    ["a threshold without xtc", ["--xtc-threshold", "0.2"], /--xtc-threshold does nothing without --xtc-probability/],
    ["a gamma without a key", ["--watermark-gamma", "0.5"], /--watermark-gamma does nothing without --watermark-key/],
    [
      "two ways",
      ["--beams", "2", "--num-samples", "2"],
      /--beams and --num-samples are two decoding strategies; give one/,
    ],
    ["a length penalty without beams", ["--length-penalty", "-1"], /--length-penalty does nothing without --beams/],
    ["many texts without beams", ["--num-return", "2"], /--num-return does nothing without --beams/],
    ["more texts than beams", ["--beams", "2", "--num-return", "3"], /--num-return 3 must be at most --beams, 2/],
    ["proposals of nobody", ["--proposals", "2"], /--proposals does nothing without --draft-model or --prompt-lookup/],
    ["logprobs that nobody sees", ["--logprobs", "2"], /--logprobs does nothing without --json/],
    ["greedy samples", ["--num-samples", "2", "--greedy"], /--greedy cannot be combined with --num-samples/],
    [
      "samples without a cache",
      ["--num-samples", "2", "--no-cache"],
      /--no-cache cannot be combined with --num-samples/,
    ],
    [
      "samples of temperature 0",
      ["--num-samples", "2", "--dialect", "llama.cpp", "--temperature", "0"],
      /--num-samples cannot be combined with --temperature 0/,
    ],
    [
      "a seed at temperature 0",
      ["--seed", "2", "--dialect", "llama.cpp", "--temperature", "0"],
      /--seed cannot be combined with --temperature 0/,
    ],
    [
      "greedy and temperature 0",
      ["--greedy", "--dialect", "llama.cpp", "--temperature", "0"],
      /whatever temperature 0 does/,
    ],
    [
      "seeds beyond 2^53",
      ["--seed", "9007199254740991", "--num-samples", "2"],
      /the seed plus i, which must stay below 2\^53/,
    ],
    [
      "contrastive search of no candidate",
      ["--penalty-alpha", "0.6", "--top-k", "0"],
      /--top-k 0 gives --penalty-alpha no candidates/,
    ],
    [
      "contrastive search that draws",
      ["--penalty-alpha", "0.6", "--top-p", "0.9"],
      /--top-p cannot be combined with --penalty-alpha/,
    ],
    [
      "contrastive search in steps",
      ["--penalty-alpha", "0.6", "--trace-sampling"],
      /--trace-sampling cannot be combined with --penalty-alpha/,
    ],
    [
      "speculation in steps",
      ["--prompt-lookup", "--trace-sampling"],
      /--trace-sampling cannot be combined with --prompt-lookup/,
    ],
    [
      "speculation with logprobs",
      ["--draft-model", "y", "--logprobs", "1", "--json"],
      /--logprobs cannot be combined with --draft-model/,
    ],
    [
      "speculation under mirostat",
      ["--prompt-lookup", "--mirostat-tau", "5"],
      /--mirostat-tau cannot be combined with --prompt-lookup/,
    ],
    [
      "speculation under xtc",
      ["--draft-model", "y", "--xtc-probability", "0.5"],
      /--xtc-probability cannot be combined with --draft-model/,
    ],
    ["beams in steps", ["--beams", "2", "--trace-sampling"], /--trace-sampling cannot be combined with --beams/],
  ])("generate, before a model is loaded: %s", async (_, args, message) => {
    await fails(2, ["generate", "x", "--model", "nowhere", ...args], message);
  });

  const drawing = ["temperature 2", "top-k 0", "top-p 0.9", "min-p 0.1", "typical 0.9", "epsilon 0.1", "eta 0.1"];
  const others = ["top-n-sigma 1", "xtc-probability 0.5", "mirostat-tau 5", "seed 1", "greedy", "stop x", "no-cache"];
  test.each([...drawing, ...others])("a beam search draws nothing, so that --%s is an error", async (option) => {
    const typed = `--${option}`.split(" ");
    const args = ["generate", "x", "--model", "nowhere", "--beams", "2", ...typed];
    await fails(2, args, new RegExp(`^error: ${typed[0]} cannot be combined with --beams: `));
  });

  test.each<[string, string[], RegExp]>([
    ["a ban beyond the vocabulary", ["--banned", "1,61"], /--banned: token id 61 is out of range; ids go from 0 to 60/],
    ["a breaker", ["--dry-multiplier", "1", "--dry-breaker", "61"], /--dry-breaker: token id 61/],
    ["an allowed token", ["--allowed", "1,61"], /--allowed: token id 61/],
    ["a bias", ["--logit-bias", "61:1"], /--logit-bias: token id 61/],
    ["a forced token", ["--forced-last", "61"], /--forced-last: token id 61/],
    ["a word without a tokenizer", ["--banned", "king"], /has no tokenizer: --banned takes token ids here/],
    ["a breaker without a tokenizer", ["--dry-multiplier", "1", "--dry-breaker", ":"], /--dry-breaker takes token ids/],
    ["a minimum without an end-of-text token", ["--min-tokens", "2"], /--min-tokens: .* has no end-of-text token/],
    [
      "two tokens in one place",
      ["--max-tokens", "1", "--forced-first", "1", "--forced-last", "2"],
      /cannot be both --forced-first 1 and --forced-last 2/,
    ],
  ])("generate, of this model: %s", async (_, args, message) => {
    await fails(2, ["generate", ...TINY, ...args], message);
  });
});
