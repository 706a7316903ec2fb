/**
 * Where a model comes from: a folder, a bundled model, or the hub. The commands and loadModel share it; so its errors
 * name no option.
 */
import { type CachedModel, type FetchOptions, fetchModel, findRepo, HubError, shortNames } from "@tsgpt/hub";
import { bundledFolder, bundledModels, isFolder } from "../model/bundled-models.ts";

/** A name that is neither a folder, nor a bundled model, nor a model id of the hub. */
export class ModelNotFoundError extends Error {
  override readonly name = "ModelNotFoundError";
}

/**
 * The folder of a local model; undefined for a model that may be on the hub.
 * @throws ModelNotFoundError if it is neither
 */
export function localFolder(model: string): string | undefined {
  const folder = isFolder(model) ? model : bundledFolder(model);
  if (folder === undefined && !findRepo(model)) throw notFound(model);
  return folder;
}

/**
 * A model of the hub, downloaded if it is not in the cache.
 * @throws HubError if it cannot be fetched; what fetchModel throws
 */
export function fetchHubModel(model: string, options: FetchOptions): Promise<CachedModel> {
  return onHub(model, () => fetchModel(model, options));
}

/** Returns what `request` does; to the hub's "no such model" it adds that there is no such folder either. */
export async function onHub<T>(model: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof HubError) || (error.status !== 401 && error.status !== 404)) throw error;
    const message = `${error.message}\nand there is no folder ${JSON.stringify(model)}`;
    throw new HubError(message, { status: error.status, cause: error });
  }
}

function notFound(model: string): ModelNotFoundError {
  const bundled = bundledModels().map(({ name }) => name);
  const hub = `of the hub: org/name, ${shortNames.join(", ")}`;
  const names =
    bundled.length > 0
      ? `bundled models: ${bundled.join(", ")}; ${hub}`
      : `this installation has no bundled model; give a folder, or a model ${hub}`;
  return new ModelNotFoundError(`no such model folder: ${JSON.stringify(model)}\n${names}`);
}
