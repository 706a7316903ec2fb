/** A token id of the prompt that the model does not have: one message, whatever continues the prompt. */
import { test } from "vitest";
import { fails } from "./fails.ts";
import { fixture } from "./process.ts";

const TRAINED = fixture("fairytales-1");

test.each([
  "--max-tokens 2",
  "--json",
  "--beams 2",
  "--num-samples 2",
  "--penalty-alpha 0.5",
  "--prompt-lookup",
  `--draft-model ${TRAINED}`,
])("generate --tokens 5000 %s", (options) =>
  fails(
    1,
    ["generate", "--model", TRAINED, "--tokens", "5000", ...options.split(" ")],
    /^error: the prompt's token id 5000 is out of range; ids go from 0 to 4095\n/,
  ),
);
