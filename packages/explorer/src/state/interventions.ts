/** Changes of the model by hand, in the order in which they were made, and what each does to the likeliest tokens. */
import { batch, effect, signal } from "@preact/signals";
import type { Intervention } from "../protocol/interventions.ts";
import { ask, info } from "./engine.ts";
import { live } from "./live.ts";
import { openSections } from "./sections.ts";
import { changing, isRunning, tokens } from "./text.ts";

export const interventions = signal<readonly Intervention[]>([]);
export const interventionError = signal<string | undefined>(undefined);

// Another model has none of them.
effect(() => {
  void info.value;
  batch(() => {
    interventions.value = [];
    interventionError.value = undefined;
  });
});

/** What each does to the next token of the text; while the section is open, after a run. */
export const effects = live(
  "effects",
  () => {
    const isShown = openSections.value.has("interventions") && interventions.value.length > 0;
    return isShown && tokens.value.length > 0 && !isRunning.value ? {} : undefined;
  },
  { isCancelled: true },
);

/** Makes one more change. */
export function addIntervention(intervention: Intervention): Promise<void> {
  return intervene((now) => [...now, intervention]);
}

/** Undoes one; those after it stay. */
export function removeIntervention(index: number): Promise<void> {
  return intervene((now) => now.filter((_, i) => i !== index));
}

/** Makes these changes and no others; without any, the model is as it was trained. */
export function setInterventions(next: readonly Intervention[]): Promise<void> {
  return intervene(() => next);
}

let changes: Promise<void> = Promise.resolve();

/** One after another. If it cannot be done, what was before stays, and `interventionError` says why. */
function intervene(nextOf: (now: readonly Intervention[]) => readonly Intervention[]): Promise<void> {
  changes = changes.then(async () => {
    const next = nextOf(interventions.peek());
    try {
      const { change } = await ask("intervene", { interventions: next });
      interventions.value = next;
      interventionError.value = undefined;
      await changing(Promise.resolve(change));
    } catch (problem) {
      interventionError.value = (problem as Error).message;
    }
  });
  return changes;
}
