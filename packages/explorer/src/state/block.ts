/** The selected block: its activations at the selected position, the selected head's map, and all heads made small. */
import { computed, effect, signal } from "@preact/signals";
import type { Thumbnails } from "../protocol/inside.ts";
import { ask, info } from "./engine.ts";
import { interventions } from "./interventions.ts";
import { live } from "./live.ts";
import { openSections } from "./sections.ts";
import { head, layer, position } from "./selection.ts";
import { isRunning, tokens } from "./text.ts";

/** What of a head the large map shows. */
export const mapOf = signal<"scores" | "pattern">("pattern");
/** Much attention goes to the first token in most heads, which hides the rest. */
export const isFirstHidden = signal(false);

const isOpen = computed(() => openSections.value.has("block"));
/** Also reads the interventions: after one, all of it is other. */
const hasText = computed(
  () => tokens.value.length > 0 && info.value !== undefined && interventions.value !== undefined,
);

/** The heading's: of a closed section, it waits for the end of a run. */
export const attention = live("attention", () => {
  const shown = { layer: layer.value, head: head.value, of: isOpen.value ? mapOf.value : ("pattern" as const) };
  return asked(shown, tokens.value, isRunning.value && !isOpen.value);
});

export const activations = live("activations", () => {
  const shown = { layer: layer.value, head: head.value, position: position.value };
  return isOpen.value ? asked(shown, tokens.value, false) : undefined;
});

/** The question, if there is a text; `_text` is read so that it is asked again for another. */
function asked<Asks>(asks: Asks, _text: unknown, waits: boolean): Asks | undefined {
  return hasText.value && interventions.value !== undefined && !waits ? asks : undefined;
}

/** The largest side of a thumbnail, in cells. */
const SIZE = 32;

/** By layer, as they come. */
export const thumbnails = signal<readonly Thumbnails[]>([]);

let current: AbortController | undefined;

effect(() => {
  current?.abort();
  if (!isOpen.value || !hasText.value || isRunning.value || tokens.value.length === 0 || !interventions.value) return;
  const controller = new AbortController();
  current = controller;
  const onProgress = (one: Thumbnails) => {
    if (!controller.signal.aborted) thumbnails.value = [...thumbnails.value.slice(0, one.layer), one];
  };
  // Cancelled, or as the map says.
  ask("thumbnails", { size: SIZE }, { signal: controller.signal, onProgress }).catch(() => {});
});
