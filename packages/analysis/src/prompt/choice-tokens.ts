/**
 * Where a prompt ends and a choice begins, in tokens. Prompt and choice are encoded as one text, because a tokenizer
 * may join the end of one and the beginning of the other: GPT-2's " Positive", with its space, is one token.
 */
import { ContextOverflowError, type Model, promptIds, quote } from "@tsgpt/gpt";

/** The choices after one prompt. Each text, prompt and choice, is `shared` followed by one of `rests`. */
export interface ChoiceTokens {
  /** The first tokens of the prompt, those that it has in common with the tokens of every text. */
  readonly shared: readonly number[];
  /** The other tokens of each text, which are scored. They spell the choice, and what `shared` lacks of the prompt. */
  readonly rests: readonly (readonly number[])[];
}

/**
 * The tokens of a prompt with each choice. If nothing is shared, as with an empty prompt, the model's begin- or
 * end-of-text token is put before the text.
 * @throws RangeError for a model without a tokenizer, for nothing shared if the model has no such token, and for a
 * choice that adds no token; ContextOverflowError for a text of more than nPositions tokens
 */
export function choiceTokens(model: Model, prompt: string, choices: readonly string[]): ChoiceTokens {
  const { tokenizer, config, name } = model;
  if (!tokenizer) throw new RangeError(`choiceTokens: model "${name}" has no tokenizer, and choices are texts`);
  const texts = choices.map((choice) => tokenizer.encode(prompt + choice));
  const alone = tokenizer.encode(prompt);
  const length = texts.reduce((least, ids) => Math.min(least, commonLength(alone, ids)), alone.length);
  const shared = length > 0 ? alone.slice(0, length) : promptIds(model, "", "choiceTokens");
  const rests = texts.map((ids) => ids.slice(length));
  const added = rests.findIndex((rest) => rest.length === 0);
  if (added >= 0) throw new RangeError(`choiceTokens: the choice ${quote(choices[added])} adds no token to the prompt`);
  const longest = shared.length + rests.reduce((most, rest) => Math.max(most, rest.length), 0);
  if (longest > config.nPositions) throw tooLong(longest, config.nPositions);
  return { shared, rests };
}

/** The number of tokens at the beginning that are equal. */
function commonLength(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((id, i) => id !== b[i]);
  return differing < 0 ? a.length : differing;
}

function tooLong(adding: number, limit: number): ContextOverflowError {
  const message = `choiceTokens: prompt and choice have ${adding} tokens; the model takes ${limit}; shorten the prompt`;
  return new ContextOverflowError({ past: 0, adding, limit, what: "nPositions" }, message);
}
