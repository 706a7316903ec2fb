/** The models that come with the program: the folders in weights/. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const WEIGHTS = fileURLToPath(new URL("../../../../weights", import.meta.url)); // the same from src and dist

/** The name of the default model. */
export const BUNDLED = "fairytales";

/** The bundled models: name and folder. */
export function bundledModels(): { name: string; folder: string }[] {
  if (!isFolder(WEIGHTS)) return [];
  const names = readdirSync(WEIGHTS).filter((name) => isFolder(join(WEIGHTS, name)));
  return names.map((name) => ({ name, folder: join(WEIGHTS, name) }));
}

/** The folder of a bundled model, or undefined. */
export function bundledFolder(name: string): string | undefined {
  const folder = join(WEIGHTS, name);
  return /^[\w.-]+$/.test(name) && isFolder(folder) ? folder : undefined;
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
