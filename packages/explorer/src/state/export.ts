/** Exports: files of the page's numbers, as ordinary downloads. The worker makes them. */
import { signal } from "@preact/signals";
import type { Exported } from "../protocol/export.ts";
import { pageChoices } from "./choices.ts";
import { ask, info } from "./engine.ts";
import { linkOpened } from "./share.ts";
import { textOpened } from "./text.ts";
import { textA, textB } from "./texts.ts";

export interface Export {
  readonly what: Exported;
  /** How much of 1 is done. */
  readonly done: number;
  readonly cancel: () => void;
}

/** Those that are going on. */
export const exports = signal<readonly Export[]>([]);

const FILES: Readonly<Record<Exported, string>> = {
  state: "state.json",
  distribution: "distribution.json",
  scores: "scores.json",
  trace: "trace.safetensors",
  picture: "picture.svg",
};

/**
 * Downloads a file; its name, or undefined if it was cancelled.
 * @throws Error with the worker's message, or why the text that is shown could not be opened
 */
export async function exportFile(what: Exported): Promise<string | undefined> {
  const controller = new AbortController();
  let shown: Export = { what, done: 0, cancel: () => controller.abort() };
  exports.value = [...exports.value, shown];
  const replace = (...by: Export[]) => {
    exports.value = exports.value.flatMap((one) => (one === shown ? by : [one]));
  };
  const onProgress = (done: number) => {
    const next = { ...shown, done };
    replace(next);
    shown = next;
  };
  try {
    await linkOpened();
    const disagreement = await textOpened();
    controller.signal.throwIfAborted();
    if (disagreement !== undefined) throw new Error(disagreement);
    const asks = { what, texts: [textA.peek(), textB.peek()], page: { ...pageChoices() } };
    const { file } = await ask("export", asks, { signal: controller.signal, onProgress });
    const name = fileName(FILES[what]);
    download(file, name);
    return name;
  } catch (problem) {
    if ((problem as Error).name === "AbortError") return undefined;
    throw problem;
  } finally {
    replace();
  }
}

/** The name of a file about this model. */
export const fileName = (what: string): string => `${info.peek()?.name.replace(/[^\w.-]+/g, "-") ?? "model"}-${what}`;

const KEPT = 60_000; // milliseconds; a browser may ask the reader where to save it

export function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
