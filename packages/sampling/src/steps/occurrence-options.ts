/**
 * The options of two steps with the same names: the lecture's penalties and OpenAI's. A dialect has one of them
 * (lecture-penalties.ts, additive-penalties.ts).
 */
import { type ScopeOption, scopeFlag, scopeOption } from "./scope-option.ts";

export interface OccurrenceOptions extends ScopeOption {
  /** The lecture's under "lecture" and "greedy", neutral: 1; OpenAI's elsewhere, neutral: 0. */
  readonly frequencyPenalty?: number;
  /** As frequencyPenalty. */
  readonly presencePenalty?: number;
}

/** Their definitions, for the step that is off at `neutral`. */
export function occurrenceOptions(neutral: number) {
  const names = ["frequencyPenalty", "presencePenalty"] as const;
  const penalty = { check: "number", neutral } as const;
  return { frequencyPenalty: penalty, presencePenalty: penalty, ...scopeOption(...names) };
}

export const occurrenceFlags = {
  frequencyPenalty: {
    takes: { kind: "number" },
  },
  presencePenalty: {
    takes: { kind: "number" },
  },
  ...scopeFlag,
} as const;
