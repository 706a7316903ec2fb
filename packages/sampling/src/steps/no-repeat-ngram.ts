/**
 * No-repeat-ngram: no n tokens may appear in the text twice. Bans the last token of every n-gram of the history whose
 * first n - 1 are the history's last n - 1. Paulus, Xiong and Socher (arXiv 1705.04304); transformers'
 * no_repeat_ngram_size, which counts the whole context. n = 1 bans every token that has occurred.
 */
import type { Candidates } from "../candidates.ts";
import { scopeStart } from "../history.ts";
import { type Scope, scope, wholeNumber } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { without } from "../without.ts";
import type { Workspace } from "../workspace.ts";
import { type ScopeOption, scopeFlag, scopeOption } from "./scope-option.ts";

export interface NoRepeatNgram {
  readonly type: "no-repeat-ngram";
  /** Length of the n-grams; 0 is off. */
  readonly n: number;
  /** Default "all". */
  readonly scope?: Scope;
}

function banRepeats(
  candidates: Candidates,
  { n, scope = "all" }: Omit<NoRepeatNgram, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  const { history } = context;
  const start = scopeStart(context, scope);
  if (n === 0 || history.length - start < n) return candidates;
  const suffix = history.length - (n - 1);
  const banned = new Set<number>();
  for (let last = start + n - 1; last < history.length; last++) {
    let same = 0;
    while (same < n - 1 && history[last - (n - 1) + same] === history[suffix + same]) same++;
    if (same === n - 1) banned.add(history[last]!);
  }
  return without(candidates, banned, "no-repeat-ngram", workspace);
}

interface Options extends ScopeOption {
  readonly noRepeatNgram: number;
}

/**
 * The candidates that would not complete an n-gram of the scope again.
 * @throws SamplingError unless n is an integer, 0 or more, or if no candidate is left.
 */
export const noRepeatNgram = contextStep<NoRepeatNgram, Options, Options, "noRepeatNgramSize">({
  type: "no-repeat-ngram",
  kind: "penalty",
  parameters: { n: wholeNumber(0, " (0 is off)"), scope },
  options: {
    noRepeatNgram: { check: "number", neutral: 0, transformers: { key: "noRepeatNgramSize" } },
    ...scopeOption("noRepeatNgram"),
  },
  flags: {
    noRepeatNgram: {
      takes: { kind: "integer", least: 0 },
    },
    ...scopeFlag,
  },
  build: ({ noRepeatNgram: n, penaltyScope: scope = "all" }) => ({ type: "no-repeat-ngram", n, scope }),
  run: banRepeats,
});
