/** The size of files. */
import { statSync } from "node:fs";

/** The bytes of all files. */
export function fileBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => sum + statSync(path).size, 0);
}
