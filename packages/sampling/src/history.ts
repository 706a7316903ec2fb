/** The part of the history that a penalty counts. */
import type { Scope } from "./parameter.ts";
import type { StepContext } from "./step.ts";

/** Where the part of the history that `scope` names begins; it reaches to the end. */
export function scopeStart({ history, promptLength }: StepContext, scope: Scope): number {
  if (scope === "all") return 0;
  if (scope === "generated") return Math.min(promptLength, history.length);
  return Math.max(0, history.length - scope);
}

/** How often each token occurs in that part. */
export function countsOf(context: StepContext, scope: Scope): Map<number, number> {
  const { history } = context;
  const counts = new Map<number, number>();
  for (let i = scopeStart(context, scope); i < history.length; i++) {
    counts.set(history[i]!, (counts.get(history[i]!) ?? 0) + 1);
  }
  return counts;
}

/** The number of tokens so far. */
export function lengthOf({ history, promptLength }: StepContext, of: "generated" | "all" = "generated"): number {
  return of === "all" ? history.length : Math.max(0, history.length - promptLength);
}

/** Whether the history ends in `ids`. */
export function endsIn({ history }: StepContext, ids: readonly number[]): boolean {
  const start = history.length - ids.length;
  return start >= 0 && ids.every((id, i) => history[start + i] === id);
}
