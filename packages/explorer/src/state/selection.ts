/** What the sections below the text show: one layer, one head, one position. */
import { computed, signal } from "@preact/signals";
import { info } from "./engine.ts";
import { tokens } from "./text.ts";

/** As chosen; undefined follows the text: its last position, the last block, the first head. */
// A layer of -1 is the embedding and one of L the final norm, as rows of the map; other sections show the nearest
// block.
export const chosenLayer = signal<number | undefined>(undefined);
export const chosenHead = signal<number | undefined>(undefined);
export const chosenPosition = signal<number | undefined>(undefined);

/** A block, from 0. */
export const layer = computed(() => within(chosenLayer.value ?? Number.POSITIVE_INFINITY, info.value?.config.nLayer));
/** A head of that block, from 0. */
export const head = computed(() => within(chosenHead.value ?? 0, info.value?.config.nHead));
/** A position of the text, from 0; the last one follows the text. */
export const position = computed(() => within(chosenPosition.value ?? Number.POSITIVE_INFINITY, tokens.value.length));

/** The index, or the nearest one that there is. */
export function within(index: number, count = 0): number {
  return Math.max(0, Math.min(index, count - 1));
}
