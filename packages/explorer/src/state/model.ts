/** Which other model could run: what was asked for, what came of it, and the models that are kept. */
import { batch, computed, signal } from "@preact/signals";
import type { WeightDtype } from "@tsgpt/tensor";
import type { KeptModel, KeptModels, LoadProgress, ModelOffer, ModelPlace, PickedFile } from "../protocol/model.ts";
import { strings } from "../strings.ts";
import { ask, model } from "./engine.ts";
import { restart } from "./text.ts";

/** Relative to the page. */
const BUNDLED = "models/fairytales/";

/** A model that was inspected, and can be loaded. */
export interface Offered {
  readonly place: ModelPlace;
  readonly offer: ModelOffer;
}

/** What is going on: a model is inspected, or loaded. */
export type Activity =
  | { readonly kind: "inspect" }
  | { readonly kind: "load"; readonly progress: LoadProgress | undefined };

export const hubId = signal("");
export const revision = signal("");
export const offered = signal<Offered | undefined>(undefined);
/** Undefined for the first that fits. */
export const chosenDtype = signal<WeightDtype | undefined>(undefined);
/** Whether a folder's files are copied into the browser's storage. */
export const keepsFolder = signal(false);
export const activity = signal<Activity | undefined>(undefined);
/** Why the last inspection or load failed, or that it was cancelled. */
export const problem = signal<string | undefined>(undefined);
export const notice = signal<string | undefined>(undefined);
export const kept = signal<KeptModels | undefined>(undefined);
/** What the browser's storage has. Bytes. */
export const storage = signal<
  { readonly usage: number; readonly quota: number; readonly isPersistent: boolean } | undefined
>(undefined);

/** Whether another model can be asked for. */
export const isIdle = computed(() => activity.value === undefined && model.value.phase !== "loading");

let controller = new AbortController();

/** Says what a model is, before it is loaded. */
async function inspect(place: ModelPlace): Promise<void> {
  await during({ kind: "inspect" }, async (signal) => {
    const offer = await ask("inspect", place, { signal });
    batch(() => {
      offered.value = { place, offer };
      chosenDtype.value = undefined;
    });
  });
}

export const inspectBundled = (): Promise<void> => inspect({ url: new URL(BUNDLED, document.baseURI).href });
export const inspectFiles = (files: readonly PickedFile[]): Promise<void> => inspect({ files });
export const inspectHub = (): Promise<void> =>
  inspect({ hub: hubId.value.trim(), revision: revision.value.trim() || "main" });

/** Loads the model that was inspected. */
export async function loadOffered(): Promise<void> {
  const of = offered.peek();
  if (!of) return;
  const { place } = of;
  await load("files" in place ? { ...place, keep: keepsFolder.peek() } : place, chosenDtype.peek());
}

/** Loads a kept model, or resumes its download. */
export function loadKept({ key, name, revision, isComplete }: KeptModel): Promise<void> {
  const isOnHub = !isComplete && revision !== undefined;
  return load(isOnHub ? { hub: name, revision } : { kept: key }, undefined);
}

export function cancel(): void {
  controller.abort();
}

/** The text goes over to the new model: its prompt is encoded again. If loading fails, the model before stays. */
async function load(place: ModelPlace, dtype: WeightDtype | undefined): Promise<void> {
  if ("hub" in place || ("files" in place && place.keep)) void navigator.storage?.persist?.();
  const onProgress = (progress: LoadProgress) => {
    batch(() => {
      activity.value = { kind: "load", progress };
      if (progress.isAlone) model.value = { phase: "loading", progress };
    });
  };
  await during({ kind: "load", progress: undefined }, async (signal) => {
    const info = await ask("load", { ...place, dtype }, { signal, onProgress });
    const opened = restart(); // before what follows asks anything of the new model
    model.value = { phase: "ready", info };
    await opened;
  });
  if (model.peek().phase === "loading") model.value = { phase: "failed", message: strings.model.none };
  await refreshKept();
}

async function during(doing: Activity, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  controller = new AbortController();
  batch(() => {
    activity.value = doing;
    problem.value = undefined;
    notice.value = undefined;
    if (doing.kind === "inspect") offered.value = undefined;
  });
  try {
    await work(controller.signal);
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "AbortError") notice.value = strings.model.cancelled;
    else problem.value = message;
  } finally {
    activity.value = undefined;
  }
}

export async function deleteKept(key: string): Promise<void> {
  try {
    await ask("deleteModel", { key });
  } catch (error) {
    problem.value = (error as Error).message;
  }
  await refreshKept();
}

/** Asks again which models are kept, and how much of the model that was inspected is there. */
export async function refreshKept(): Promise<void> {
  const found = await ask("keptModels", {});
  batch(() => {
    kept.value = found;
    offered.value = offered.value && withPresent(offered.value, found.models);
  });
  await refreshStorage();
}

function withPresent({ place, offer }: Offered, models: readonly KeptModel[]): Offered {
  if (!offer.download || !("hub" in place)) return { place, offer };
  const part = models.find(({ name, revision }) => name === offer.name && revision === place.revision);
  return { place, offer: { ...offer, download: { ...offer.download, there: part?.there ?? 0 } } };
}

async function refreshStorage(): Promise<void> {
  const manager: Partial<StorageManager> | undefined = navigator.storage; // missing on a page that is not secure
  const { usage = 0, quota } = (await manager?.estimate?.()) ?? {};
  if (quota !== undefined) storage.value = { usage, quota, isPersistent: (await manager?.persisted?.()) ?? false };
}
