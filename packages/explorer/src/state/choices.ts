/** What the reader has chosen on the page besides the text, and what a link says of it. */
import { batch } from "@preact/signals";
import { isFirstHidden, mapOf } from "./block.ts";
import { closeDrawer, openNumber, shownName, whyNoNumber } from "./drawer.ts";
import { interventionError, interventions, setInterventions } from "./interventions.ts";
import type { PageChoices } from "./link-page.ts";
import { FIRST_TEXT_B, isWatermarkTested, textA, textB, watermarkKey, watermarkKeyEntry } from "./texts.ts";

/** Signals that `pageChoices` reads. */
export const CHOICES = [
  interventions,
  textA,
  textB,
  isWatermarkTested,
  watermarkKey,
  shownName,
  mapOf,
  isFirstHidden,
] as const;

/** What differs from what the page shows at first. */
export function pageChoices(): PageChoices {
  return {
    ...(interventions.value.length > 0 && { interventions: interventions.value }),
    ...(textA.value !== undefined && { textA: textA.value }),
    ...(textB.value !== FIRST_TEXT_B && { textB: textB.value }),
    ...(isWatermarkTested.value && { watermarkTest: watermarkKey.value }),
    ...(shownName.value && { number: shownName.value }),
    ...(mapOf.value !== "pattern" && { attention: mapOf.value }),
    ...(isFirstHidden.value && { hideFirst: true }),
  };
}

/** Takes what needs neither the model nor a text. */
export function openChoices({ textA: a, textB: b, watermarkTest, attention, hideFirst }: PageChoices): void {
  batch(() => {
    textA.value = a;
    textB.value = b ?? FIRST_TEXT_B;
    isWatermarkTested.value = watermarkTest !== undefined;
    watermarkKeyEntry.wrong.value = undefined;
    if (watermarkTest !== undefined) watermarkKey.value = watermarkTest;
    mapOf.value = attention ?? "pattern";
    isFirstHidden.value = hideFirst ?? false;
  });
}

/** Undoes interventions that a link does not have, before its text is opened. */
export async function dropInterventions({ interventions: next = [] }: PageChoices): Promise<undefined> {
  const now = interventions.peek();
  if (now.length > 0 && JSON.stringify(next) !== JSON.stringify(now)) await setInterventions([]);
}

/** Why the interventions cannot be made, if so; then there are none. */
export async function openInterventions({ interventions: next = [] }: PageChoices): Promise<string | undefined> {
  if (JSON.stringify(next) === JSON.stringify(interventions.peek())) return undefined;
  await setInterventions(next);
  const problem = interventionError.peek();
  if (problem !== undefined) await setInterventions([]);
  return problem;
}

/** Why the number cannot be opened, if so. */
export async function openLinkedNumber({ number }: PageChoices): Promise<string | undefined> {
  if (!number) {
    closeDrawer();
    return undefined;
  }
  const problem = await whyNoNumber(number);
  if (problem === undefined) openNumber(number);
  return problem;
}
