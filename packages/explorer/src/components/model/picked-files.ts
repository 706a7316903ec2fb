/** The files of a folder that was picked, with their paths. */
import type { PickedFile } from "../../protocol/model.ts";

export function pickedFiles(files: Iterable<File>): PickedFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}
