/** Generated tokens of a text that is opened again: checked before any is computed: an error changes nothing. */
import { eosTokenIds, type GPT2Config } from "@tsgpt/gpt";
import type { PastToken } from "../protocol/text.ts";

/** @throws RangeError for an unknown id, more tokens than the context has, or tokens after the end of the text */
export function checkPast(config: GPT2Config, promptLength: number, past: readonly PastToken[]): void {
  const { nPositions, vocabSize } = config;
  const length = promptLength + past.length;
  if (length > nPositions) {
    throw new RangeError(`The text has ${length} tokens, the model reads at most ${nPositions}; shorten it`);
  }
  const wrong = past.find(({ id }) => !Number.isInteger(id) || id < 0 || id >= vocabSize);
  if (wrong) throw new RangeError(`The model has no token ${wrong.id}; its ids go from 0 to ${vocabSize - 1}`);
  const ends = eosTokenIds(config);
  const end = past.slice(0, -1).find(({ id }) => ends.includes(id));
  if (end) throw new RangeError(`Token ${end.id} ends a text; no token can follow it`);
}
