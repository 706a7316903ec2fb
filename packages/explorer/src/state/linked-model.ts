/** The model in a link: a bundled one by its name, one of the hub as org/name@revision. */
import { batch } from "@preact/signals";
import type { HubRevision } from "../protocol/model.ts";
import { strings } from "../strings.ts";
import { ask, info, loadModel } from "./engine.ts";
import { hubId, revision } from "./model.ts";
import { setOpen } from "./sections.ts";

/** The bundled models; their folders are models/<name>/. */
const BUNDLED: readonly string[] = ["fairytales"];
const FIRST = "fairytales";
const OF_HUB = /^([\w.-]+(?:\/[\w.-]+)?)@([\w./-]+)$/;

/** How a link names the model that is loaded; undefined if it cannot, as for a folder from disk. */
export function linkedModel(): string | undefined {
  const { name = "", isFromUrl = false, hub } = info.value ?? {}; // a folder may have the name of a bundled one
  if (hub) return `${name}@${hub.commit}`;
  return isFromUrl && BUNDLED.includes(name) ? name : undefined;
}

/** Whether no link can name the model that is loaded. */
export const isUnnamed = (): boolean => info.value !== undefined && linkedModel() === undefined;

/** Whether the model that is loaded is that of a link. */
export function isLoaded(name: string): boolean {
  const [, id, at] = OF_HUB.exec(name) ?? [];
  const { hub, name: loaded } = info.value ?? {};
  return id === undefined ? linkedModel() === name : loaded === id && isAt(hub, at);
}

const isAt = (
  hub: Partial<{ [Key in keyof HubRevision]: string | undefined }> | undefined,
  at: string | undefined,
): boolean => at !== undefined && (hub?.commit === at || hub?.revision === at);

export interface LinkedModel {
  /** What is wrong with the name, or why that model is not loaded. */
  readonly problem?: string;
  /** Whether it is one of the hub that is not on this device, and so for the reader to download. */
  readonly isMissing?: boolean;
}

/** Loads the model of a link, the first one for none, unless it is loaded. Nothing is downloaded from the hub. */
export async function loadLinked(name: string = FIRST): Promise<LinkedModel> {
  if (isLoaded(name)) return {};
  const [, id, at] = OF_HUB.exec(name) ?? [];
  if (id !== undefined && at !== undefined) return loadOfHub(id, at);
  const isKnown = BUNDLED.includes(name);
  await loadBundled(isKnown ? name : FIRST);
  if (isKnown) return {};
  return { problem: strings.link.wrong("model", strings.link.rules.model(BUNDLED), JSON.stringify(name)) };
}

async function loadBundled(name: string): Promise<void> {
  if (!isLoaded(name)) await loadModel({ url: new URL(`models/${name}/`, document.baseURI).href });
}

/** Loads a kept model. Another one is offered in the section Model. */
async function loadOfHub(id: string, at: string): Promise<LinkedModel> {
  const { models } = await ask("keptModels", {});
  const kept = models.find((one) => one.isComplete && one.name === id && isAt(one, at));
  if (kept) {
    await loadModel({ kept: kept.key });
    return {};
  }
  await loadBundled(FIRST);
  batch(() => {
    hubId.value = id;
    revision.value = at;
    setOpen("model", true);
  });
  return { problem: strings.link.missingModel(id, at), isMissing: true };
}
