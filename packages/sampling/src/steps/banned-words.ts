/**
 * Banned words: sequences of tokens that may not appear. The last token of each is banned where the text ends in the
 * tokens before it; a sequence of one token is banned everywhere. transformers' bad_words_ids (which silently ignores
 * the end-of-text token in the list). A word has several spellings in tokens, with and without a space before it: ban
 * each.
 */
import { listOf } from "@tsgpt/numeric";
import type { Candidates } from "../candidates.ts";
import { endsIn } from "../history.ts";
import { checkIds, idList, tokenSequences } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { without } from "../without.ts";
import type { Workspace } from "../workspace.ts";

export interface BannedWords {
  readonly type: "banned-words";
  readonly sequences: readonly (readonly number[])[];
}

function ban(
  candidates: Candidates,
  { sequences }: Omit<BannedWords, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  checkIds("banned-words", sequences.flat(), context.vocabularySize);
  const complete = sequences.filter((ids) => endsIn(context, ids.slice(0, -1)));
  return without(candidates, new Set(complete.map((ids) => ids.at(-1)!)), "banned-words", workspace);
}

interface Options {
  /** Sequences of token ids. */
  readonly banned: readonly (readonly number[])[];
}

interface Flags {
  readonly banned?: readonly string[];
}

/**
 * The candidates that would complete no banned sequence.
 * @throws SamplingError for an empty sequence or an unknown id, or if none is left
 */
export const bannedWords = contextStep<BannedWords, Options, Flags>({
  type: "banned-words",
  kind: "constraint",
  parameters: { sequences: tokenSequences },
  options: { banned: { check: listOf("a list of lists of token ids", idList) } },
  flags: { banned: { takes: { kind: "texts" } } },
  build: ({ banned }) => ({ type: "banned-words", sequences: banned }),
  run: ban,
});
