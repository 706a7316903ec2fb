/**
 * Banned words: sequences of tokens that may not appear. Of each, the last token is banned where the text ends in the ones
 * before it; a sequence of one token is banned everywhere. transformers' bad_words_ids (which takes the end-of-text token off
 * the list in silence). A word has several spellings in tokens, with and without a space before it: ban each.
 */
import { type Candidates, keepWhere } from "../candidates.ts";
import { SamplingError } from "../errors.ts";
import { endsIn } from "../history.ts";
import { checkIds, tokenSequences } from "../parameter.ts";
import { checkStep, type Rule, type StepContext } from "../rule.ts";

export interface BannedWords {
  readonly type: "banned-words";
  readonly sequences: readonly (readonly number[])[];
}

/**
 * The candidates that would complete no banned sequence.
 * @throws SamplingError for an empty sequence or an unknown id, or if no candidate is left.
 */
export function bannedWords(candidates: Candidates, step: Omit<BannedWords, "type">, context: StepContext): Candidates {
  checkStep(BANNED_WORDS, step);
  checkIds(BANNED_WORDS.type, step.sequences.flat(), context.vocabularySize);
  const complete = step.sequences.filter((ids) => endsIn(context, ids.slice(0, -1)));
  return without(candidates, new Set(complete.map((ids) => ids.at(-1)!)), BANNED_WORDS.type);
}

/** The candidates that are not banned. @throws SamplingError naming the step that bans, if none is left */
export function without(candidates: Candidates, banned: ReadonlySet<number>, type: string): Candidates {
  if (banned.size === 0) return candidates;
  const kept = keepWhere(candidates, (i) => !banned.has(candidates.ids[i]!));
  if (kept.ids.length > 0) return kept;
  const all = candidates.ids.length === 1 ? "the one candidate" : `all ${candidates.ids.length} candidates`;
  throw new SamplingError(`${type}: no token is left, ${all} would be banned`);
}

export const BANNED_WORDS: Rule<BannedWords> = {
  type: "banned-words",
  kind: "constraint",
  parameters: { sequences: tokenSequences },
  apply: bannedWords,
};
