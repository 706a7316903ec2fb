/**
 * OpenAI's frequency and presence penalties: z_i - count_i * frequency - [count_i > 0] * presence. 0 is off; a negative
 * value favors what has occurred. OpenAI's API reference (values from -2 to 2, counts over the generated text);
 * llama.cpp has the same formula over its last 64 tokens. Not the lecture's penalties of the same names
 * (lecture-penalties.ts).
 */
import { type Candidates, indexOf } from "../candidates.ts";
import { countsOf } from "../history.ts";
import { number, type Scope, scope } from "../parameter.ts";
import { contextStep, type StepContext } from "../step.ts";
import { copyLogits, type Workspace } from "../workspace.ts";
import { type OccurrenceOptions, occurrenceFlags, occurrenceOptions } from "./occurrence-options.ts";

export interface AdditivePenalties {
  readonly type: "additive-penalties";
  /** Subtracted per occurrence. */
  readonly frequency: number;
  /** Subtracted once if the token has occurred. */
  readonly presence: number;
  /** Default "generated". */
  readonly scope?: Scope;
}

function penalize(
  candidates: Candidates,
  { frequency, presence, scope = "generated" }: Omit<AdditivePenalties, "type">,
  context: StepContext,
  workspace: Workspace,
): Candidates {
  if (frequency === 0 && presence === 0) return candidates;
  const logits = copyLogits(workspace, candidates.logits);
  for (const [id, count] of countsOf(context, scope)) {
    const at = indexOf(candidates, id);
    if (at >= 0) logits[at]! -= count * frequency + presence;
  }
  return { ids: candidates.ids, logits };
}

const penalty = number("must be from -2 to 2 (0 is off)", (value) => Math.abs(value) <= 2);

/**
 * The logits minus the penalties of their tokens' occurrences.
 * @throws SamplingError unless both penalties are from -2 to 2
 */
export const additivePenalties = contextStep<AdditivePenalties, OccurrenceOptions>({
  type: "additive-penalties",
  kind: "penalty",
  parameters: { frequency: penalty, presence: penalty, scope },
  options: occurrenceOptions(0),
  flags: occurrenceFlags,
  build: ({ frequencyPenalty: frequency = 0, presencePenalty: presence = 0, penaltyScope }, { scope }) => ({
    type: "additive-penalties",
    frequency,
    presence,
    scope: penaltyScope ?? scope,
  }),
  run: penalize,
});
