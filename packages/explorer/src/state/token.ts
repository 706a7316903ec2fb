/** The token whose insides are shown: that of the selected position, while it is open. */
import { computed, signal } from "@preact/signals";
import { info } from "./engine.ts";
import { live } from "./live.ts";
import { chosenPosition, position } from "./selection.ts";
import { tokens } from "./text.ts";

export const isTokenOpen = signal(false);

const openId = computed(() => (isTokenOpen.value && info.value ? tokens.value[position.value]?.id : undefined));

export const tokenDetails = live("token", () => (openId.value === undefined ? undefined : { id: openId.value }));

/** Selects a position and opens its token; closes it if it is open. */
export function toggleToken(at: number): void {
  if (isTokenOpen.peek() && chosenPosition.peek() === at) {
    closeToken();
    return;
  }
  chosenPosition.value = at;
  isTokenOpen.value = true;
}

/** The selection follows the text again. */
export function closeToken(): void {
  isTokenOpen.value = false;
  chosenPosition.value = undefined;
}
