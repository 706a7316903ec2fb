/** Finds a model: a folder, a bundled model, or a model of the hub, which is downloaded if it is not in the cache. */
import { findRepo, type Need, shortNames } from "@tsgpt/hub";
import { usageError } from "../cli-error.ts";
import * as source from "../library/model-source.ts";
import type { ModelFlags } from "../options/model.ts";
import { withDownloadProgress } from "../terminal/download-progress.ts";
import { isDefaultModel } from "./bundled-models.ts";

export interface FoundModel {
  readonly folder: string;
  /** The name of a hub model, whose folder has no meaningful name. */
  readonly name: string | undefined;
  /** Whether it is the default model, as installed; it has defaults of its own in every dialect. */
  readonly isDefault: boolean;
}

/**
 * Finds the folder of `--model`, and downloads what is missing: the whole model, or only what is needed.
 * @throws ModelNotFoundError if there is no such model; HubError if it cannot be downloaded
 */
export async function findModel(flags: ModelFlags, signal: AbortSignal, need: Need = "model"): Promise<FoundModel> {
  const folder = localFolder(flags);
  if (folder !== undefined) return { folder, name: undefined, isDefault: isDefaultModel(folder) };
  const { model, revision, offline, cacheDir } = flags;
  const fetched = await withDownloadProgress((onEvent) =>
    source.fetchHubModel(model, { revision, offline, cacheDir, need, signal, onEvent }),
  );
  return { folder: fetched.folder, name: fetched.id, isDefault: false };
}

/**
 * The folder of a local model; undefined for a model that may be on the hub.
 * @throws ModelNotFoundError if it is neither; CliError if an option for the hub was given with a folder
 */
export function localFolder({ model, revision, cacheDir }: ModelFlags): string | undefined {
  const folder = source.localFolder(model);
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
