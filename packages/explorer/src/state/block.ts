/** The selected block: its activations at the selected position, the selected head's map, and all heads made small. */
import { computed, effect, signal } from "@preact/signals";
import type { Thumbnails } from "../protocol/inside.ts";
import { shownName } from "./drawer.ts";
import { ask, info } from "./engine.ts";
import { interventions } from "./interventions.ts";
import { live } from "./live.ts";
import { openSections } from "./sections.ts";
import { chosenPosition, head, layer, position } from "./selection.ts";
import { isRunning, tokens } from "./text.ts";

/** What of a head the large map shows. */
export const mapOf = signal<"scores" | "pattern">("pattern");
/** Much attention goes to the first token in most heads, which hides the rest. */
export const isFirstHidden = signal(false);

const isOpen = computed(() => openSections.value.has("block"));
/** The selected head over the text. */
export const attention = live("attention", () =>
  isOpen.value && followsText() ? { layer: layer.value, head: head.value, of: mapOf.value } : undefined,
);

/** Its weights at the selected position, for the heading, while the section is closed. */
export const attended = live("attended", () => (isOpen.value || !followsText() ? undefined : place()));

export const activations = live("activations", () => {
  return isOpen.value && followsText() ? place() : undefined;
});

function place() {
  const follows = chosenPosition.value === undefined && isRunning.value; // to where a run began
  return { layer: layer.value, head: head.value, position: follows ? position.peek() : position.value };
}

/**
 * Whether there is a text. Reads it, so that a question is asked again for another; of a run, which changes it with
 * every token, only the beginning and the end.
 */
function followsText(): boolean {
  const text = isRunning.value ? tokens.peek() : tokens.value;
  return text.length > 0 && info.value !== undefined && interventions.value !== undefined;
}

/** The largest side of a thumbnail, in cells. */
const SIZE = 32;

/** By layer, as they come; while others will come, those of the text before. */
export const thumbnails = signal<readonly Thumbnails[]>([]);

effect(() => {
  void info.value;
  void isOpen.value;
  thumbnails.value = []; // of another model, or of a text of long ago
});

/** Whether the worker keeps a block for what is open: this section, or a number. */
const isShown = computed(() => isOpen.value || shownName.value !== undefined);

let wasShown = false;

effect(() => {
  if (wasShown && !isShown.value) ask("forgetBlock", {}).catch(() => {}); // a worker that has ended has no block
  wasShown = isShown.value;
});

let current: AbortController | undefined;

effect(() => {
  current?.abort();
  if (!isOpen.value || isRunning.value || !followsText()) return;
  const controller = new AbortController();
  current = controller;
  let known = 0;
  const onProgress = (one: Thumbnails) => {
    if (controller.signal.aborted) return;
    known = one.layer + 1;
    thumbnails.value = Object.assign([...thumbnails.value], { [one.layer]: one });
  };
  const onlyKnown = () => {
    if (known < thumbnails.peek().length) thumbnails.value = thumbnails.peek().slice(0, known);
  };
  controller.signal.addEventListener("abort", () => {
    if (known > 0) onlyKnown(); // otherwise all are still of one text
  });
  ask("thumbnails", { size: SIZE }, { signal: controller.signal, onProgress }).catch(() => {
    if (!controller.signal.aborted) onlyKnown(); // the map says why
  });
});
