/** The drawer: a number that is opened, and those that led to it. */
import { computed, signal } from "@preact/signals";
import type { NumberName } from "@tsgpt/analysis";
import { ask } from "./engine.ts";
import { rememberFocus } from "./focus.ts";
import { interventions } from "./interventions.ts";
import { live } from "./live.ts";
import { isRunning, tokens } from "./text.ts";

/** The numbers that were opened one from another; the last is shown, none closes the drawer. */
const path = signal<readonly NumberName[]>([]);
let giveFocusBack: (() => void) | undefined;

export const shownName = computed(() => path.value.at(-1));
export const canReturn = computed(() => path.value.length > 1);

/** The number that is shown, asked again when the model changes, or the text; not with every token of a run. */
export const shownNumber = live("number", () => {
  const text = isRunning.value ? tokens.peek() : tokens.value;
  return text.length > 0 && interventions.value !== undefined ? shownName.value : undefined;
});

/** Why there is no such number, if so. */
export async function whyNoNumber(name: NumberName): Promise<string | undefined> {
  try {
    await ask("number", name);
    return undefined;
  } catch (problem) {
    return (problem as Error).message;
  }
}

/** Opens a number: from the page as the first one, from the drawer as the next. */
export function openNumber(name: NumberName, isFromDrawer = false): void {
  if (!isFromDrawer) giveFocusBack = rememberFocus();
  path.value = isFromDrawer ? [...path.value, name] : [name];
}

/** To the number before. */
export function returnToNumber(): void {
  path.value = path.value.slice(0, -1);
}

export function closeDrawer(): void {
  if (path.value.length === 0) return;
  path.value = [];
  giveFocusBack?.();
}
