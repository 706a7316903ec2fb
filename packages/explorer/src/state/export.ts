/** Exports: files of the page's numbers, as ordinary downloads. The worker makes them. */
import { signal } from "@preact/signals";
import type { Exported } from "../protocol/export.ts";
import { ask, info } from "./engine.ts";
import { linkOpened } from "./share.ts";
import { textOpened } from "./text.ts";

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
    const { file } = await ask("export", { what }, { signal: controller.signal, onProgress });
    const name = `${info.peek()?.name.replace(/[^\w.-]+/g, "-") ?? "model"}-${FILES[what]}`;
    download(file, name);
    return name;
  } catch (problem) {
    if ((problem as Error).name === "AbortError") return undefined;
    throw problem;
  } finally {
    replace();
  }
}

const KEPT = 60_000; // milliseconds; a browser may ask the reader where to save it

function download(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), KEPT);
}
