/** Where a model lies: a folder as given, or a name in the repository's weights/, or a model of the hub, fetched if need be. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fetchModel, findRepo, HubError, type Need, shortNames } from "@tsgpt/hub";
import { CliError, usageError } from "./cli-error.ts";
import { withDownloadProgress } from "./download-progress.ts";

const WEIGHTS = fileURLToPath(new URL("../../../weights", import.meta.url)); // the same from src and dist

/** The name of the bundled model. */
export const BUNDLED = "fairytales";

export interface ModelFlags {
  readonly model: string;
  readonly revision?: string;
  readonly offline?: boolean;
  readonly cacheDir?: string;
}

export interface FoundModel {
  readonly folder: string;
  /** What the model is called, where the folder's name would tell nothing. */
  readonly name: string | undefined;
}

/**
 * The folder of `--model`; what of it is not there yet is fetched: all of it, or what is needed.
 * @throws CliError that says what was looked for if there is no such model; HubError if it cannot be fetched
 */
export async function findModel(flags: ModelFlags, signal: AbortSignal, need: Need = "model"): Promise<FoundModel> {
  const folder = localFolder(flags);
  if (folder !== undefined) return { folder, name: undefined };
  const { model, ...hub } = flags;
  const fetched = await onHub(model, () =>
    withDownloadProgress((onEvent) => fetchModel(model, { ...hub, need, signal, onEvent })),
  );
  return { folder: fetched.folder, name: fetched.id };
}

/**
 * The folder of a model that needs no hub; undefined for one that may be on it.
 * @throws CliError if it is neither, or the flags tell how to ask the hub for a folder
 */
export function localFolder({ model, revision, cacheDir }: ModelFlags): string | undefined {
  const bundled = join(WEIGHTS, model);
  const folder = isFolder(model) ? model : /^[\w.-]+$/.test(model) && isFolder(bundled) ? bundled : undefined;
  if (folder === undefined && !findRepo(model)) throw noSuchModel(model);
  const option = revision !== undefined ? "--revision" : cacheDir !== undefined ? "--cache-dir" : undefined;
  if (folder === undefined || option === undefined) return folder;
  throw usageError(`${option} is for a model of the hub, and ${JSON.stringify(model)} is a folder`);
}

/** @throws CliError for a name that no model of the hub can have */
export function requireHubModel(model: string): void {
  if (findRepo(model)) return;
  throw usageError(
    `${JSON.stringify(model)} is no model of the hub: give org/name, or one of ${shortNames.join(", ")}`,
  );
}

/** What `ask` gives; the hub's "no such model" is completed with where else it was looked for. */
export async function onHub<T>(model: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof HubError) || (error.status !== 401 && error.status !== 404)) throw error;
    throw new CliError(`${error.message}\nand there is no folder ${JSON.stringify(model)}`, 1);
  }
}

/** The bundled models: name and folder. */
export function bundledModels(): { name: string; folder: string }[] {
  if (!isFolder(WEIGHTS)) return [];
  const names = readdirSync(WEIGHTS).filter((name) => isFolder(join(WEIGHTS, name)));
  return names.map((name) => ({ name, folder: join(WEIGHTS, name) }));
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
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
