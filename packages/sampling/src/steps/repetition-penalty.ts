/**
 * The repetition penalty of CTRL: a token that has occurred has its logit divided by r if it is positive and multiplied
 * by r if it is negative, once, however often it occurred. Keskar et al. (arXiv 1909.05858, section 4.1), with the
 * correction for negative logits that transformers and llama.cpp share. The position of 0 matters: adding a constant to
 * all logits, which changes no probability, changes what this penalty does. Typical: 1.1 to 1.3.
 */
import { bounded } from "../bounded.ts";
import { type Candidates, indexOf } from "../candidates.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { copyLogits, type Workspace } from "../workspace.ts";
import { type ScopeOption, scopeFlag, scopeOption } from "./scope-option.ts";

export interface RepetitionPenalty {
  readonly type: "repetition-penalty";
  /** r, above 0; 1 is off, below 1 favors what has occurred. */
  readonly penalty: number;
  /** Default "all", as in transformers. */
  readonly scope?: Scope;
}

function penalize(
  candidates: Candidates,
  { penalty, scope = "all" }: Omit<RepetitionPenalty, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  if (penalty === 1) return candidates;
  const logits = copyLogits(workspace, candidates.logits);
  for (const id of countsOf(context, scope).keys()) {
    const at = indexOf(candidates, id);
    if (at < 0) continue;
    const logit = logits[at]!;
    logits[at] = bounded(logit < 0 ? logit * penalty : logit / penalty, "repetition-penalty", id);
  }
  return { ids: candidates.ids, logits };
}

interface Options extends ScopeOption {
  readonly repetitionPenalty: number;
}

/**
 * x / r for a positive and x * r for a negative logit of every token in the scope.
 * @throws SamplingError unless the penalty is a finite number above 0, and no logit leaves its bounds.
 */
export const repetitionPenalty = contextStep<RepetitionPenalty, Options, Options, "repetitionPenalty">({
  type: "repetition-penalty",
  kind: "penalty",
  parameters: { penalty: number("must be a finite number above 0 (1 is off)", (value) => value > 0), scope },
  options: {
    repetitionPenalty: { check: "number", neutral: 1, transformers: { key: "repetitionPenalty" } },
    ...scopeOption("repetitionPenalty"),
  },
  flags: {
    repetitionPenalty: {
      takes: { kind: "number", above: 0 },
    },
    ...scopeFlag,
  },
  build: ({ repetitionPenalty: penalty, penaltyScope }, { dialect, scope }) => ({
    type: "repetition-penalty",
    penalty,
    scope: penaltyScope ?? (dialect === "openai" ? "all" : scope), // vLLM's counts the prompt
  }),
  run: penalize,
});
