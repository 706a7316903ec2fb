/** Changes of the model by hand, in the order in which they were made, and what each did to the likeliest tokens. */
import { batch, effect, signal } from "@preact/signals";
import type { Intervention } from "../protocol/interventions.ts";
import type { LikelyToken } from "../protocol/text.ts";
import { ask, info } from "./engine.ts";
import { changing } from "./text.ts";
import { textB } from "./texts.ts";

export const interventions = signal<readonly Intervention[]>([]);
/** The likeliest tokens without a change, and after each. */
export const effects = signal<readonly (readonly LikelyToken[])[]>([]);
export const interventionError = signal<string | undefined>(undefined);

// Another model has none of them.
effect(() => {
  void info.value;
  batch(() => {
    interventions.value = [];
    effects.value = [];
    interventionError.value = undefined;
  });
});

/** Makes one more change. */
export function addIntervention(intervention: Intervention): Promise<void> {
  return intervene([...interventions.value, intervention]);
}

/** Undoes one; those after it stay. */
export function removeIntervention(index: number): Promise<void> {
  return intervene(interventions.value.filter((_, i) => i !== index));
}

/** If it cannot be done, what was before stays, and `interventionError` says why. */
async function intervene(next: readonly Intervention[]): Promise<void> {
  try {
    const asked = ask("intervene", { interventions: next, other: textB.value });
    const { likeliest } = await asked;
    interventions.value = next;
    effects.value = likeliest;
    interventionError.value = undefined;
    await changing(asked.then(({ change }) => change));
  } catch (problem) {
    interventionError.value = (problem as Error).message;
  }
}
