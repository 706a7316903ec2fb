/** A token id of the prompt that the bundled model does not have: one message, whatever continues the prompt. */
import { test } from "vitest";
import { fails } from "./fails.ts";

test.each([
  "--max-tokens 2",
  "--json",
  "--beams 2",
  "--num-samples 2",
  "--penalty-alpha 0.5",
  "--prompt-lookup",
  "--draft-model fairytales",
])("generate --tokens 5000 %s", (options) =>
  fails(
    1,
    ["generate", "--tokens", "5000", ...options.split(" ")],
    /^error: the prompt's token id 5000 is out of range; ids go from 0 to 4095\n/,
  ),
);
