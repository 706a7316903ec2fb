/** Finds a model: a folder, a bundled model, or a model of the hub, which is downloaded if it is not in the cache. */
import { fetchModel, findRepo, HubError, type Need, shortNames } from "@tsgpt/hub";
import { CliError, usageError } from "../cli-error.ts";
import type { ModelFlags } from "../options/model.ts";
import { withDownloadProgress } from "../terminal/download-progress.ts";
import { bundledFolder, bundledModels, isFolder } from "./bundled-models.ts";

export interface FoundModel {
  readonly folder: string;
  /** The name of a hub model, whose folder has no meaningful name. */
  readonly name: string | undefined;
}

/**
 * Finds the folder of `--model`, and downloads what is missing: the whole model, or only what is needed.
 * @throws CliError if there is no such model; HubError if it cannot be downloaded
 */
export async function findModel(flags: ModelFlags, signal: AbortSignal, need: Need = "model"): Promise<FoundModel> {
  const folder = localFolder(flags);
  if (folder !== undefined) return { folder, name: undefined };
  const { model, revision, offline, cacheDir } = flags;
  const fetched = await onHub(model, () =>
    withDownloadProgress((onEvent) => fetchModel(model, { revision, offline, cacheDir, need, signal, onEvent })),
  );
  return { folder: fetched.folder, name: fetched.id };
}

/**
 * The folder of a local model; undefined for a model that may be on the hub.
 * @throws CliError if it is neither, or if an option for the hub was given with a folder
 */
export function localFolder({ model, revision, cacheDir }: ModelFlags): string | undefined {
  const folder = isFolder(model) ? model : bundledFolder(model);
  if (folder === undefined && !findRepo(model)) throw noSuchModel(model);
  const option = revision !== undefined ? "--revision" : cacheDir !== undefined ? "--cache-dir" : undefined;
  if (folder === undefined || option === undefined) return folder;
  throw usageError(`${option} applies to a model of the hub, but ${JSON.stringify(model)} is a folder`);
}

/** @throws CliError for a name that is not a valid id of a hub model */
export function requireHubModel(model: string): void {
  if (findRepo(model)) return;
  throw usageError(
    `${JSON.stringify(model)} is not a model of the hub: give org/name, or one of ${shortNames.join(", ")}`,
  );
}

/** Returns what `request` does; to the hub's "no such model" it adds that there is no such folder either. */
export async function onHub<T>(model: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (!(error instanceof HubError) || (error.status !== 401 && error.status !== 404)) throw error;
    throw new CliError(`${error.message}\nand there is no folder ${JSON.stringify(model)}`, 1);
  }
}

function noSuchModel(model: string): CliError {
  const bundled = bundledModels().map(({ name }) => name);
  const hub = `of the hub: org/name, ${shortNames.join(", ")}`;
  const names =
    bundled.length > 0
      ? `bundled models: ${bundled.join(", ")}; ${hub}`
      : `this installation has no bundled model; give --model a folder, or one ${hub}`;
  return new CliError(`no such model folder: ${JSON.stringify(model)}\n${names}`, 1);
}
