/**
 * The models that are installed with tsgpt: packages of weights, its dependencies. They are found by package
 * resolution, which works in this repository, in npm's flat node_modules, and in pnpm's.
 */
import { realpathSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";

const PACKAGES: Readonly<Record<string, string>> = { fairytales: "@tsgpt/fairytales" };

/** The name of the default model. */
export const BUNDLED = "fairytales";

/** The bundled models: name and folder. */
export function bundledModels(): { name: string; folder: string }[] {
  return Object.keys(PACKAGES).flatMap((name) => {
    const folder = bundledFolder(name);
    return folder === undefined ? [] : [{ name, folder }];
  });
}

/** The folder of a bundled model; undefined for another name, or if its package is not installed. */
export function bundledFolder(name: string): string | undefined {
  if (!Object.hasOwn(PACKAGES, name)) return undefined;
  try {
    return dirname(createRequire(import.meta.url).resolve(`${PACKAGES[name]}/config.json`));
  } catch {
    return undefined;
  }
}

/** Whether a folder is that of the default model. */
export function isDefaultModel(folder: string): boolean {
  const installed = bundledFolder(BUNDLED);
  return installed !== undefined && realpathSync(folder) === realpathSync(installed);
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
