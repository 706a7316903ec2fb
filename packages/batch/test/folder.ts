/** Files for the tests of this package. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { emptyFolder } from "../../cli/test/process.ts";

/** A file with this content in a folder of its own. */
export function fileWith(content: string | Uint8Array, name = "in.jsonl"): string {
  const path = join(emptyFolder(), name);
  writeFileSync(path, content);
  return path;
}
