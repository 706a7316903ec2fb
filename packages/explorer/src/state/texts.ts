/** Two texts that are judged side by side. */
import { computed, type Signal, signal } from "@preact/signals";
import { info } from "./engine.ts";
import { live } from "./live.ts";
import { openSections } from "./sections.ts";
import { isRunning, tokens } from "./text.ts";

/** Undefined for the page's own text. */
export const textA = signal<string | undefined>(undefined);
export const textB = signal("The zebra's stripes were black and green.");
/** Whether the texts are tested for a watermark, and its key. */
export const isWatermarkTested = signal(false);
export const watermarkKey = signal(42);

/** The text of A: the page's own, unless another was typed. */
export const textOfA = (): string => textA.value ?? tokens.value.map(({ text }) => text).join("");

const hasText = computed(() => info.value !== undefined && tokens.value.length > 0);

/** A text that grows is judged when the run has ended: whole, it takes as long as many tokens. */
export const judgedA = judged(() => (textA.value === undefined && isRunning.value ? undefined : textOfA()));
export const judgedB = judged(() => textB.value);

function judged(textOf: () => string | undefined) {
  return live("judge", () => {
    const text = openSections.value.has("texts") && hasText.value ? textOf() : undefined;
    if (text === undefined) return undefined;
    return { text, watermark: isWatermarkTested.value ? { key: watermarkKey.value } : undefined };
  });
}

/** Types a text. */
export function setText(of: Signal<string | undefined> | Signal<string>, text: string): void {
  (of as Signal<string>).value = text;
}
