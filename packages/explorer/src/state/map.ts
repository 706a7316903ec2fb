/** What the layers would predict: the selected cell, and the columns of the map while it is open. */
import { computed, effect, signal } from "@preact/signals";
import type { LensCell, LensColumn } from "../protocol/map.ts";
import { info } from "./engine.ts";
import { interventions } from "./interventions.ts";
import { live } from "./live.ts";
import { openSections } from "./sections.ts";
import { chosenLayer, chosenPosition, position, within } from "./selection.ts";
import { tokens } from "./text.ts";

/** L, the rows between the embedding and the final norm; 0 without a model. */
export const layers = computed(() => info.value?.config.nLayer ?? 0);

/** The selected row of the map: 0 is the embedding, l + 1 is after block l, and L + 1 is the final norm. */
export const row = computed(() => within((chosenLayer.value ?? layers.value - 1) + 1, layers.value + 2));

/** The blocks before a row. The final norm is part of every row's prediction, so its row is that of the last block. */
export const depthOf = (mapRow: number): number => Math.min(mapRow, layers.value);

/** The row of a cell: where two have the same prediction, the selected one. */
export const rowOf = ({ depth }: LensCell): number => (depthOf(row.value) === depth ? row.value : depth);

/** Selects a cell. The last position follows the text. */
export function select(mapRow: number, column: number): void {
  chosenLayer.value = mapRow - 1;
  chosenPosition.value = column === tokens.value.length - 1 ? undefined : column;
}

/** The logit lens at the selected cell. */
export const lens = live("lens", () =>
  tokens.value.length === 0 || interventions.value === undefined
    ? undefined
    : { position: position.value, depth: depthOf(row.value) },
);

/** Those that the worker has sent; the text may have changed since. */
const received = signal<readonly LensColumn[]>([]);

/** The map, as far as it is computed: columns of the text's first tokens. */
export const columns = computed(() => {
  const differs = received.value.findIndex(({ id }, i) => id !== tokens.value[i]?.id);
  return differs < 0 ? received.value : received.value.slice(0, differs);
});

const answer = live("lensColumns", () =>
  openSections.value.has("map") && columns.value.length < tokens.value.length
    ? { known: received.value.map(({ id }) => id) }
    : undefined,
);
export const mapError = answer.error;

effect(() => {
  const change = answer.value.value;
  if (!change || change.added.length === 0 || change.kept > received.peek().length) return;
  received.value = [...received.peek().slice(0, change.kept), ...change.added];
});

// Columns are those of one model, with the changes that were made by hand.
effect(() => {
  if (info.value !== undefined && interventions.value !== undefined) received.value = [];
});
