/** The worker of this page, and the model that it has. */
import { computed, signal } from "@preact/signals";
import { createClient } from "../client.ts";
import type { LoadProgress, ModelInfo, ModelPlace } from "../protocol/model.ts";
import type { FromWorker } from "../protocol.ts";
import { strings } from "../strings.ts";
import workerUrl from "../worker/worker.ts?worker&url";

export type ModelState =
  | { readonly phase: "loading"; readonly progress: LoadProgress | undefined }
  | { readonly phase: "ready"; readonly info: ModelInfo }
  | { readonly phase: "failed"; readonly message: string };

const worker = startWorker(new URL(workerUrl, import.meta.url).href);
const client = createClient((message) => worker.postMessage(message));

export const ask = client.ask;
export const model = signal<ModelState>({ phase: "loading", progress: undefined });

/** Of the model that is ready. */
export const info = computed(() => (model.value.phase === "ready" ? model.value.info : undefined));

worker.onmessage = ({ data }: MessageEvent<readonly FromWorker[]>) => client.receive(data);
worker.onerror = ({ message }) => {
  const reason = strings.workerFailed(message);
  worker.terminate(); // what it was doing may not have an end
  model.value = { phase: "failed", message: reason };
  client.fail(reason);
};

/** Loads a model in place of the one that is there. */
export async function loadModel(place: ModelPlace): Promise<void> {
  model.value = { phase: "loading", progress: undefined };
  const onProgress = (progress: LoadProgress) => {
    model.value = { phase: "loading", progress };
  };
  try {
    const loaded = await ask("load", place, { onProgress });
    model.value = { phase: "ready", info: loaded };
  } catch (error) {
    model.value = { phase: "failed", message: (error as Error).message };
  }
}

/**
 * A worker from a URL has the Content-Security-Policy of its response alone, and the page's is in a meta tag. One from
 * a blob inherits the page's, so that the worker, too, can connect only to the hub.
 */
function startWorker(url: string): Worker {
  const code = new Blob([`import ${JSON.stringify(url)};`], { type: "text/javascript" });
  return new Worker(URL.createObjectURL(code), { type: "module" });
}
