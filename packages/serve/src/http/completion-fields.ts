/** The fields of a body for /v1/completions: OpenAI's, with its defaults, and the sampling options of every dialect. */
import {
  boolean,
  described,
  either,
  type Field,
  type Fields,
  integer,
  list,
  object,
  type Refused,
  shortString,
  string,
} from "./field.ts";
import { SAMPLING_FIELDS, tokenIds } from "./sampling-fields.ts";

/** A prompt, or several. */
export type PromptValue = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** Most choices of one request, prompts times n: the largest n of OpenAI's API. */
export const MOST_CHOICES = 128;
/** Most stop strings, as in OpenAI's API. */
const MOST_STOPS = 4;
/** OpenAI's API has 5; scoring needs more. */
const MOST_LOGPROBS = 20;

const several = { least: 1, most: MOST_CHOICES } as const;

const prompt: Field<PromptValue> = {
  ...either<PromptValue>(
    string,
    list(string, "strings", several),
    tokenIds,
    list(tokenIds, "lists of token ids", several),
  ),
  rule: "a string, a list of token ids, or a list of 1 to 128 of either",
};

const stopText = shortString(1000);

const stop: Field<string | string[]> = {
  ...either<string | string[]>(stopText, list(stopText, "strings", { most: MOST_STOPS })),
  rule: `${stopText.rule}, or a list of at most ${MOST_STOPS} of them`,
};

const OPENAI_FIELDS = {
  model: described(string, "The id of the model, as /v1/models lists it."),
  prompt: described(
    prompt,
    "The text to continue, or its token ids; a list of texts or of lists of ids for several prompts.",
    "",
  ),
  max_tokens: described(integer(0), "Most tokens to generate; 0 with echo scores the prompt.", 16),
  n: described(integer(1, MOST_CHOICES), "Choices for each prompt; choice i has the seed plus i.", 1),
  stream: described(boolean, "Whether the text is sent while it is generated, as server-sent events.", false),
  stream_options: described(
    object({ include_usage: described(boolean, "Whether a last event has the usage.", false) }),
    "With stream: include_usage adds a last event with the usage.",
  ),
  logprobs: described(
    integer(0, MOST_LOGPROBS),
    "The model's log-probabilities, before sampling, with so many of the most probable tokens; none if omitted.",
  ),
  echo: described(boolean, "Whether the text begins with the prompt; with logprobs its tokens are scored too.", false),
  stop: described(stop, "Texts that end the generated text, and are not part of it."),
  seed: described(integer(0), "The same seed gives the same text; by default, a random one."),
} as const;

/** What the command line has besides. */
const OWN_FIELDS = {
  ignore_eos: described(boolean, "Continue after an end-of-text token.", false),
  min_tokens: described(integer(0), "The text cannot end before so many tokens.", 0),
  forced_last: described(integer(0), "The token id that is forced as the last one that max_tokens allows."),
} as const;

/** All fields. */
export const COMPLETION_FIELDS = { ...SAMPLING_FIELDS, ...OPENAI_FIELDS, ...OWN_FIELDS } satisfies Fields;

/** OpenAI's fields that have no meaning here, or another way. */
export const REFUSED_FIELDS: Refused = {
  best_of: "ask for n choices with logprobs and compare them, or leave it out",
  suffix: "the model only continues a text; leave it out",
  user: "nothing is recorded of users; leave it out",
};
