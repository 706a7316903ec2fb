/** tsgpt bench: counts of tokens that the model's context does not hold. */
import { test } from "vitest";
import { fails } from "./fails.ts";
import { fixture } from "./process.ts";

test.each([
  ["--prompt-tokens 5000", /^error: the prompt has 5,000 tokens; the model takes 24; lower --prompt-tokens\n/],
  [
    "--prompt-tokens 1 --depth 20 --new-tokens 5",
    /^error: --depth plus --new-tokens must be at most 24,.* got 20 \+ 5 = 25\n/,
  ],
])("bench %s: an error that names the options", (options, message) =>
  fails(2, ["bench", "--model", fixture("tiny-tied"), ...options.split(" ")], message),
);
