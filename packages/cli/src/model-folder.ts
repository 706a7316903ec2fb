/** Where a model lies: a folder as given, or a name in the repository's weights/, which is found from this file. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CliError } from "./cli-error.ts";

const WEIGHTS = fileURLToPath(new URL("../../../weights", import.meta.url)); // the same from src and dist

/** The name of the bundled model. */
export const BUNDLED = "fairytales";

/** The folder of `--model`. @throws CliError with the names there are if there is no such folder */
export function modelFolder(model: string): string {
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder(model)) return model;
  const bundled = join(WEIGHTS, model);
  if (/^[\w.-]+$/.test(model) && isFolder(bundled)) return bundled;
  if (!isFolder(WEIGHTS)) {
    throw new CliError(
      `no such model folder: ${JSON.stringify(model)}\nthis installation has no bundled model; give --model a folder`,
      1,
    );
  }
  const names = readdirSync(WEIGHTS).filter((name) => isFolder(join(WEIGHTS, name)));
  throw new CliError(`no such model folder: ${JSON.stringify(model)}\nbundled models: ${names.join(", ")}`, 1);
}
