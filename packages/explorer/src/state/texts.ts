/** Two texts that are judged side by side. */
import { computed, signal } from "@preact/signals";
import { strings } from "../strings.ts";
import { ask, info } from "./engine.ts";
import { live } from "./live.ts";
import { numberEntry } from "./number-entry.ts";
import { samplingSettled } from "./sampling.ts";
import { openSections } from "./sections.ts";
import { isRunning, maxTokens, seed, tokens } from "./text.ts";

interface Progress {
  readonly done: number;
  readonly total: number;
}

/** Undefined for the page's own text. */
export const textA = signal<string | undefined>(undefined);
export const FIRST_TEXT_B = "The zebra's stripes were black and green.";
export const textB = signal(FIRST_TEXT_B);
/** Whether the texts are tested for a watermark, and its key. */
export const isWatermarkTested = signal(false);
export const watermarkKeyEntry = numberEntry(strings.texts.key, 42, 0, Number.MAX_SAFE_INTEGER);
export const watermarkKey = watermarkKeyEntry.value;

export const judgedA = judged(textA, true);
export const judgedB = judged(textB, false);

/** The text of A: the page's own, unless another was typed. */
export const textOfA = (): string =>
  textA.value ?? judgedA.value.value?.text ?? tokens.value.map(({ text }) => text).join("");

/** Typing cancels what was asked for the text before. The page's own text waits for the end of a run. */
function judged(text: typeof textA | typeof textB, isOwn: boolean) {
  const progress = signal<Progress | undefined>(undefined);
  const isOpen = computed(() => openSections.value.has("texts"));
  const question = () => {
    if (!isOpen.value || !info.value || tokens.value.length === 0) return undefined;
    if (isOwn && text.value === undefined && isRunning.value) return undefined;
    return { text: text.value, watermark: isWatermarkTested.value ? { key: watermarkKey.value } : undefined };
  };
  const onProgress = (now: Progress | undefined) => {
    progress.value = now;
  };
  return { ...live("judge", question, { isCancelled: true, isKept: true, onProgress }), progress };
}

/** Text B while it is written with the watermark: how many tokens there are. */
export const written = signal<number | undefined>(undefined);
export const writingError = signal<string | undefined>(undefined);
let writing: AbortController | undefined;

/** Lets the model write text B after the prompt, with the page's seed and sampling and the watermark of the key. */
export async function writeMarked(): Promise<void> {
  writing?.abort();
  const controller = new AbortController();
  writing = controller;
  written.value = 0;
  writingError.value = undefined;
  try {
    const asks = { seed: seed.value, tokens: maxTokens.value, watermark: { key: watermarkKey.value } };
    const onProgress = (count: number) => {
      if (writing === controller) written.value = count;
    };
    await samplingSettled();
    const { text } = await ask("writeMarked", asks, { signal: controller.signal, onProgress });
    if (writing === controller) textB.value = text;
  } catch (problem) {
    if ((problem as Error).name !== "AbortError") writingError.value = (problem as Error).message;
  } finally {
    if (writing === controller) written.value = undefined;
  }
}

/** A typed text ends what is being written. */
export function typeTextB(text: string): void {
  writing?.abort();
  writing = undefined;
  written.value = undefined;
  textB.value = text;
}
